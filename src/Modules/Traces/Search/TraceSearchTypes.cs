using System.Text;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Search;

/// <param name="Query">Text form of a predicate; <c>*</c> for everything.</param>
/// <param name="From">Earliest event time, inclusive; null for any.</param>
/// <param name="To">Latest event time, exclusive; null for any.</param>
/// <param name="Limit">Rows a page, 1 to 1 000.</param>
/// <param name="After">Id of the last row of the page before; those behind it follow.</param>
/// <param name="WithTotal">Whether all matching traces are to be counted, too: the page alone is found much faster.</param>
internal sealed record TraceSearchRequest(string Query, DateTimeOffset? From, DateTimeOffset? To, int Limit, string? After, TraceOrder Order = TraceOrder.Newest, bool WithTotal = true);

/// <param name="Traces">In the order asked for.</param>
/// <param name="Total">All matching traces, not only this page; null when not asked for.</param>
/// <param name="Histogram">Matching traces over the time range, or over the time of the stored ones when no range was given. Empty when the total was not asked for.</param>
/// <param name="Next">Pass as <c>After</c> for the following page; null at the end.</param>
internal sealed record TraceSearchResult(IReadOnlyList<FoundTrace> Traces, long? Total, IReadOnlyList<HistogramBucket> Histogram, TimeSpan Elapsed, string? Next);

/// <param name="Id">Stays good while segments are merged.</param>
/// <param name="Time">Event time with the offset it was written with; of an unparsed line its receive time.</param>
/// <param name="Fields">In the order of the line; a key may repeat.</param>
/// <param name="Line">The line as text, or the beginning of a longer one; bytes that are not UTF-8 show as U+FFFD.</param>
/// <param name="Skewed">The event time lies too far from the receive time to be credible; filed under the receipt day.</param>
internal sealed record TraceRow(string Id, DateTimeOffset Time, string Tmid, IReadOnlyList<KeyValuePair<string, string>> Fields, string Line, bool Unparsed, bool Skewed)
{
    /// <summary>As long as a line can be that is parsed; of longer ones a file with the original lines has the rest.</summary>
    public const int LongestShown = LineParser.MaxLineBytes;

    public static ReadOnlySpan<byte> Shown(ReadOnlySpan<byte> line) => line[..Math.Min(line.Length, LongestShown)];

    public static TraceRow Of(FoundTrace trace)
    {
        var parsed = new ParsedLine();
        var unparsed = (LineParser.Parse(trace.Line, parsed) & LineFlags.Unparsed) != 0;
        var fields = new List<KeyValuePair<string, string>>(parsed.Count);
        foreach (ref readonly var field in parsed.Fields)
            fields.Add(new(Encoding.UTF8.GetString(ParsedLine.Key(trace.Line, field)), Encoding.UTF8.GetString(parsed.Value(trace.Line, field))));
        return new TraceRow(trace.Position.ToString(), trace.Time, trace.Tmid.ToString(), fields, Encoding.UTF8.GetString(Shown(trace.Line)), unparsed, (trace.Flags & LineFlags.Skewed) != 0);
    }
}

/// <param name="Top">The groups with the most rows.</param>
/// <param name="Distinct">How many groups there are.</param>
/// <param name="Total">Rows in all groups.</param>
internal sealed record TraceGroups(IReadOnlyList<GroupCount> Top, long Distinct, long Total);

internal sealed record HistogramBucket(DateTimeOffset From, DateTimeOffset To, long Count);
