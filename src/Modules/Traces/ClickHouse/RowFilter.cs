using Akashi.Agent.Protocol;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.ClickHouse;

/// <summary>Whole rows of an answer, and whether they match. One thread uses it at a time.</summary>
internal sealed class RowFilter(Predicate predicate)
{
    public const string Columns = "time, zone, flags, ending, tmid, batch, number, received, line";

    private readonly Matcher _matcher = Matcher.Of(predicate);
    private readonly ParsedLine _parsed = new();
    private readonly Folder _folder = new();

    public bool Fits(byte[] line)
    {
        LineParser.Parse(line, _parsed);
        return _matcher.Matches(line, _parsed, _folder);
    }

    public static async ValueTask<FoundTrace> ReadAsync(RowReader reader, CancellationToken cancellation)
    {
        var time = new EventTime(await reader.Int64Async(cancellation), await reader.Int16Async(cancellation));
        var (flags, end) = ((LineFlags)await reader.ByteAsync(cancellation), (LineEnd)await reader.ByteAsync(cancellation));
        var (tmid, batch) = (Tmid.Parse(await reader.TextAsync(cancellation)), BatchId.Parse(await reader.TextAsync(cancellation)));
        var number = await reader.Int32Async(cancellation);
        var received = new DateTimeOffset(await reader.Int64Async(cancellation), TimeSpan.Zero);
        var line = await reader.BytesAsync(cancellation);
        return new FoundTrace(line, end, time.ToDateTimeOffset(), flags, tmid, batch, number, received, new TracePosition(time.UnixMilliseconds, tmid, batch, number));
    }
}
