namespace Akashi.Traces.Search;

/// <param name="Query">Text form of a predicate; <c>*</c> for everything.</param>
/// <param name="From">Earliest event time, inclusive; null for any.</param>
/// <param name="To">Latest event time, exclusive; null for any.</param>
/// <param name="Limit">Rows a page, 1 to 1 000.</param>
/// <param name="After">Id of the last row of the page before; older rows follow.</param>
internal sealed record TraceSearchRequest(string Query, DateTimeOffset? From, DateTimeOffset? To, int Limit, string? After);

/// <param name="Rows">Newest first.</param>
/// <param name="Total">All matching traces, not only this page.</param>
/// <param name="Histogram">Matching traces over the time range, or over the time of the stored ones when no range was given.</param>
/// <param name="Next">Pass as <c>After</c> for the following page; null at the end.</param>
internal sealed record TraceSearchResult(IReadOnlyList<TraceRow> Rows, long Total, IReadOnlyList<HistogramBucket> Histogram, TimeSpan Elapsed, string? Next);

/// <param name="Id">Stays good while segments are merged.</param>
/// <param name="Time">Event time with the offset it was written with; of an unparsed line its receive time.</param>
/// <param name="Fields">In the order of the line; a key may repeat.</param>
/// <param name="Line">The line as text; bytes that are not UTF-8 show as U+FFFD.</param>
/// <param name="Skewed">The event time lies too far from the receive time to be credible; filed under the receipt day.</param>
internal sealed record TraceRow(string Id, DateTimeOffset Time, string Tmid, IReadOnlyList<KeyValuePair<string, string>> Fields, string Line, bool Unparsed, bool Skewed);

internal sealed record HistogramBucket(DateTimeOffset From, DateTimeOffset To, long Count);
