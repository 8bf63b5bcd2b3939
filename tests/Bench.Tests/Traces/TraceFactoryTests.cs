using System.Text;
using Akashi.Bench.Traces.Rows;
using Akashi.Traces.Lines;

namespace Akashi.Bench.Tests.Traces;

public class TraceFactoryTests
{
    private const int Events = 9_000;
    private const int Terminals = 4;
    private static readonly DateTimeOffset FirstDay = new(2026, 10, 1, 0, 0, 0, TimeSpan.FromHours(9));
    private static readonly TraceCorpus Recorded = TraceCorpus.Read([("first", Machine("HOST-A", 1)), ("second", Machine("HOST-B", 2)), ("first", Machine("HOST-A", 1))], leastStream: 10);

    [Fact]
    public void Read_RepeatedLines_AreTakenOnce() => Assert.Equal(800, Recorded.Count);

    [Fact]
    public void Batches_SameSeed_AreTheSame()
    {
        Assert.Equal(Text(Make(1)), Text(Make(1)));
        Assert.NotEqual(Text(Make(1)), Text(Make(2)));
    }

    [Fact]
    public void Batches_All_HoldAsManyLinesAsWantedInOrderOfSending()
    {
        var batches = Make(1);
        Assert.Equal(Events, batches.Sum(batch => batch.Lines));
        Assert.All(batches, batch => Assert.Equal(batch.Lines, batch.Log.Count(value => value == '\n')));
        Assert.Equal(batches.Select(batch => batch.SendTime).Order(), batches.Select(batch => batch.SendTime));
        Assert.Equal(Terminals, batches.Select(batch => batch.Tmid).Distinct().Count());
    }

    [Fact]
    public void Batches_Lines_ParseAndCountAndLieInTheirDays()
    {
        foreach (var terminal in Make(1).GroupBy(batch => batch.Terminal))
        {
            var (number, last) = (0, FirstDay);
            foreach (var line in terminal.SelectMany(Lines))
            {
                var fields = Fields(line, out var time);
                Assert.Equal($"{++number}", fields["sn"]);
                Assert.Equal(terminal.First().Tmid.ToString(), fields["tmid"]);
                Assert.InRange(time, last, FirstDay.AddDays(TraceFactory.Days));
                last = time;
            }
            Assert.InRange(last, FirstDay.AddDays(TraceFactory.Days / 2), FirstDay.AddDays(TraceFactory.Days));
        }
    }

    [Fact]
    public void Batches_ReferencesOfALine_StayTogether()
    {
        var parents = new Dictionary<string, string>();
        foreach (var line in Make(1).SelectMany(Lines))
        {
            var fields = Fields(line, out _);
            Assert.Contains(fields["psGUID"].Trim('{', '}'), fields["evtMsg"], StringComparison.Ordinal);
            Assert.EndsWith($" {fields["psID"]} 0x{uint.Parse(fields["psID"], System.Globalization.CultureInfo.InvariantCulture):x}", fields["evtMsg"], StringComparison.Ordinal);
            Assert.Contains(@"\" + fields["usr"] + @"\", fields["path"], StringComparison.Ordinal);
            Assert.Equal("CEBFF5CD-ACE2-4F4F-9178-9926F41749EA".Length, fields["entry"].Length);
            parents[fields["parentGUID"]] = fields["tmid"];
        }
        // One parent for all of a terminal's pass: as many as there are passes, whole or not, and no two terminals share one.
        Assert.InRange(parents.Count, Events / 400, (Events / 400) + (2 * Terminals));
    }

    [Fact]
    public void Batches_Terminals_ShareNoGuidButTheCommonOne()
    {
        var seen = new Dictionary<string, string>();
        foreach (var line in Make(1).SelectMany(Lines))
        {
            var fields = Fields(line, out _);
            if (seen.TryGetValue(fields["psGUID"], out var tmid)) Assert.Equal(tmid, fields["tmid"]);
            seen[fields["psGUID"]] = fields["tmid"];
        }
        Assert.True(seen.Count > Events / 2);
    }

    [Fact]
    public void Batches_Lines_DoNotRepeat()
    {
        var lines = Make(1).SelectMany(Lines).Select(line => string.Join(' ', line.Split(' ').Where(part => !part.StartsWith("sn=", StringComparison.Ordinal)))).ToList();
        Assert.Equal(lines.Count, lines.Distinct().Count());
    }

    private static List<TraceBatch> Make(ulong seed) => [.. new TraceFactory(Recorded, Events, Terminals, FirstDay, seed).Batches()];

    private static string Text(List<TraceBatch> batches) => string.Join('|', batches.Select(batch => batch.Tmid + Encoding.UTF8.GetString(batch.Log)));

    private static IEnumerable<string> Lines(TraceBatch batch) => Encoding.UTF8.GetString(batch.Log).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static Dictionary<string, string> Fields(string line, out DateTimeOffset time)
    {
        var (bytes, parsed) = (Encoding.UTF8.GetBytes(line), new ParsedLine());
        Assert.Equal(LineFlags.None, LineParser.Parse(bytes, parsed));
        time = parsed.Time.ToDateTimeOffset();
        var fields = new Dictionary<string, string>();
        foreach (var field in parsed.Fields) fields.Add(Encoding.UTF8.GetString(ParsedLine.Key(bytes, field)), Encoding.UTF8.GetString(parsed.Value(bytes, field)));
        return fields;
    }

    /// <summary>400 lines, each of a process of its own, all of one parent.</summary>
    private static byte[] Machine(string name, int key)
    {
        var lines = new StringBuilder();
        for (var i = 0; i < 400; i++)
        {
            var (time, process, guid) = (FirstDay.AddYears(-4).AddSeconds(i * 3), 1000 + (i * 4), $"{key:x4}{i:x4}-6b36-62e9-{i % 7:x4}-000000000900");
            lines.Append(System.Globalization.CultureInfo.InvariantCulture, $"{time:MM/dd/yyyy HH:mm:ss.fff} +0900 loc=ja-JP type=ITM2 sn={i + 1} lv=5 evt=ps subEvt=start com=\"{name}\" tmid={key:x8}-9a20-52c8-b375-d3648fedc87a ")
                .Append(System.Globalization.CultureInfo.InvariantCulture, $"usr=\"user{key}\" psGUID={{{guid}}} psID={process} parentGUID={{{key:x8}-0000-62e9-1b00-000000000900}} path=\"C:\\Users\\user{key}\\a\" ")
                .Append(System.Globalization.CultureInfo.InvariantCulture, $"entry=\"CEBFF5CD-ACE2-4F4F-9178-9926F41749EA\" evtMsg=\"{guid} {process} 0x{process:x}\"\n");
        }
        return Encoding.UTF8.GetBytes(lines.ToString());
    }
}
