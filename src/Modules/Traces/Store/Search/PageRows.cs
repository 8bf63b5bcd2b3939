namespace Akashi.Traces.Store.Search;

/// <summary>
/// Gathers the rows of a page, in whatever order they come, and lets go of those for which its number of rows, or <see cref="FirstTraces.MaxBytes"/> of lines, leave
/// no room; one row always has room. One thread uses it at a time.
/// </summary>
internal sealed class PageRows(TraceOrder order, int limit)
{
    // The row that would go first is on top.
    private readonly PriorityQueue<FoundTrace, TracePosition> _rows = new(Comparer<TracePosition>.Create((left, right) => FirstTraces.Compare(order, right, left)));
    private TracePosition? _left;
    private long _bytes;

    /// <summary>No row from here on has a place on the page that is not there yet; null while the page has room.</summary>
    public TracePosition? End => _rows.Count == limit && _rows.TryPeek(out _, out var last) ? last : _left;

    public bool IsBehind(TracePosition position) => End is { } end && FirstTraces.Compare(order, position, end) >= 0;

    /// <returns>False when no row behind this one has a place.</returns>
    public bool Add(FoundTrace trace)
    {
        if (!IsBehind(trace.Position))
        {
            _rows.Enqueue(trace, trace.Position);
            for (_bytes += trace.Line.Length; _rows.Count > limit || (_bytes > FirstTraces.MaxBytes && _rows.Count > 1);)
            {
                var last = _rows.Dequeue();
                _bytes -= last.Line.Length;
                _left = last.Position;
            }
        }
        return !IsBehind(trace.Position);
    }

    public TracePage ToPage()
    {
        var traces = _rows.UnorderedItems.Select(item => item.Element).ToList();
        traces.Sort((left, right) => FirstTraces.Compare(order, left.Position, right.Position));
        return new TracePage(traces, End is null ? null : traces[^1].Position);
    }
}
