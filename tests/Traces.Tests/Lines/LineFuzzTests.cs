using System.Text;
using Akashi.Traces.Lines;
using Akashi.Traces.Tests.Query;
using Akashi.Traces.Tests.Store;

namespace Akashi.Traces.Tests.Lines;

/// <summary>Fuzzes the reader of lines from the seeds in <c>Corpus</c>, beside one made of a regular expression, and the store with what comes of it.</summary>
public class LineFuzzTests
{
    private const int Lines = 200;
    private static readonly byte[][] Seeds = [.. Seeded.Corpus("lines.txt").Select(Encoding.UTF8.GetBytes)];

    [Fact]
    public void Parse_AnAlteredSeed_AgreesWithThePlainReaderAndIsStoredByteForByte() => Seeded.Repeat(chance =>
    {
        var lines = Enumerable.Range(0, Lines).Select(_ => chance.Altered(chance.Chance(80) ? chance.Pick(Seeds) : new LineMaker(chance).Line(), chance.Pick(Seeds))).ToList();
        Assert.All(lines, Check);
        using var store = new TestSegments { Form = new Akashi.Traces.Store.Writing.SegmentForm(1, 1 + chance.Next(100)) };
        store.Write((TestSegments.Batch(chance), [.. lines.SelectMany(line => line.Append((byte)'\n'))]));
        RoundTripTests.AssertSame(store);
    }, Seeded.FuzzSeconds);

    [Fact]
    public void Parse_EverySeed_HoldsToo() => Assert.All(Seeds, Check);

    private static void Check(byte[] line)
    {
        if (line.Contains((byte)'\n')) return; // it would be two
        var parsed = new ParsedLine();
        var flags = LineParser.Parse(line, parsed);
        var plain = new NaiveTrace(line, DateTimeOffset.UnixEpoch);
        Assert.Equal(plain.Fields is null, (flags & LineFlags.Unparsed) != 0);
        if (plain.Fields is null) return;
        Assert.Equal(plain.Time.ToUnixTimeMilliseconds(), parsed.Time.UnixMilliseconds);
        Assert.Equal(plain.Fields.Count, parsed.Count);
        for (var i = 0; i < parsed.Count; i++)
        {
            var field = parsed.Fields[i];
            Assert.Equal(plain.Fields[i], (Encoding.UTF8.GetString(ParsedLine.Key(line, field)), Encoding.UTF8.GetString(parsed.Value(line, field))));
        }
    }
}
