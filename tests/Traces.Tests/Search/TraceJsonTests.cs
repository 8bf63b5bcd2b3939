using System.Text;
using System.Text.Json;
using Akashi.Agent.Protocol;
using Akashi.Traces.Lines;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Tests.Search;

public sealed class TraceJsonTests
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static TheoryData<string> Lines =>
    [
        "11/20/2026 13:20:00.123 +0900 sn=1 evt=ps cmd=\"say \"\"日本\"\" <b> \\\\ 'x'\" f= f=\"\" f=- F=\u0001\u007f😀",
        "11/20/2026 13:20:00.123 +0900",
        "11/20/2026 13:20:00.123 +0900 never=\"closed",
        "no trace at all \" \\ <script>",
        "",
        "not UTF-8: \udcff and more",
        "11/20/2026 13:20:00.123 +0900 sn=1 bad=\udcff",
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Write_AnyLine_SaysWhatTheRowOfThePageSays(string line)
    {
        var trace = Trace(line);
        var row = TraceRow.Of(trace);
        var expected = JsonSerializer.Serialize(new { row.Id, row.Time, row.Tmid, row.Line, row.Unparsed, row.Skewed, fields = row.Fields.Select(field => new[] { field.Key, field.Value }) }, Web);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), Written(trace, new TraceJson())));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void Write_OnePart_LeavesTheOtherOutUnlessTheLineIsAllThereIs(string line)
    {
        var trace = Trace(line);
        var (ofLine, ofFields) = (Written(trace, new TraceJson(withFields: false)), Written(trace, new TraceJson(withLine: false)));
        Assert.True(ofLine.TryGetProperty("line", out _));
        Assert.False(ofLine.TryGetProperty("fields", out _));
        Assert.True(ofFields.TryGetProperty("fields", out _));
        Assert.Equal(ofFields.GetProperty("unparsed").GetBoolean(), ofFields.TryGetProperty("line", out _));
    }

    [Fact]
    public void Write_ALongLineThatCannotBeParsed_ShowsItsBeginningAndSaysSo()
    {
        var trace = Trace(new string('x', TraceRow.LongestShown + 5));
        var told = Written(trace, new TraceJson(withLine: false));
        Assert.Equal((TraceRow.LongestShown, TraceRow.LongestShown + 5), (told.GetProperty("line").GetString()!.Length, told.GetProperty("lineBytes").GetInt32()));
        Assert.Equal(TraceRow.LongestShown, TraceRow.Of(trace).Line.Length);
    }

    private static JsonElement Written(FoundTrace trace, TraceJson converter) =>
        JsonElement.Parse(JsonSerializer.SerializeToUtf8Bytes(trace, SearchTraces.FormatOf(converter)));

    /// <param name="line">A lone surrogate stands for the byte 0xff, which is in no UTF-8.</param>
    private static FoundTrace Trace(string line)
    {
        var bytes = line.Split('\udcff').Select(Encoding.UTF8.GetBytes).Aggregate((left, right) => [.. left, 0xff, .. right]);
        var (tmid, batch) = (Tmid.Parse("0192f4b1-0000-4000-8000-000000000001"), BatchId.Parse(new string('a', BatchId.Length)));
        var time = new DateTimeOffset(2026, 11, 20, 13, 20, 0, 123, TimeSpan.FromHours(9));
        return new FoundTrace(bytes, LineEnd.Lf, time, LineFlags.Skewed | LineParser.Parse(bytes, new ParsedLine()), tmid, batch, 7, time, new TracePosition(time.ToUnixTimeMilliseconds(), tmid, batch, 7));
    }
}
