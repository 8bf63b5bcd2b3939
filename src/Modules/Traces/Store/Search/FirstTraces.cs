using Akashi.Traces.Query;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

internal enum TraceOrder
{
    Newest,
    Oldest,
}

/// <summary>Keeps the rows seen so far that come first in the order, over all workers. Lines are put together only for those that stay.</summary>
/// <param name="after">Where the page before ended; only rows behind it count.</param>
internal sealed class FirstTraces(TraceOrder order, int limit, TracePosition? after)
{
    /// <summary>Of the lines of a page: with long ones it has fewer than were asked for.</summary>
    public const long MaxBytes = 32 << 20;

    // The row that would go first is on top.
    private readonly PriorityQueue<Candidate, TracePosition> _rows = new(limit + 1, Comparer<TracePosition>.Create((left, right) => Compare(order, right, left)));
    private readonly Lock _lock = new();
    private long _threshold = order == TraceOrder.Newest ? long.MinValue : long.MaxValue;

    /// <summary>Puts blocks that may hold what comes first before the others, and takes out those that lie before the page.</summary>
    public void Arrange(List<PlannedBlock> blocks)
    {
        if (after is { } bound) blocks.RemoveAll(block => order == TraceOrder.Newest ? block.Entry.MinTime > bound.Time : block.Entry.MaxTime < bound.Time);
        blocks.Sort((left, right) => order == TraceOrder.Newest ? right.Entry.MaxTime.CompareTo(left.Entry.MaxTime) : left.Entry.MinTime.CompareTo(right.Entry.MinTime));
    }

    /// <summary>True when this block, and all that are arranged behind it, hold nothing for the page.</summary>
    public bool IsBehind(in PlannedBlock block) => order == TraceOrder.Newest ? block.Entry.MaxTime < Volatile.Read(ref _threshold) : block.Entry.MinTime > Volatile.Read(ref _threshold);

    /// <summary>Offers the selected rows of a block.</summary>
    public void Offer(in PlannedBlock planned, BlockReader block, RowSet rows)
    {
        var (batches, times) = (block.Segment.Directory.Batches, block.Times);
        if (after is { } before) times.KeepBetween(rows, order == TraceOrder.Newest ? long.MinValue : before.Time, order == TraceOrder.Newest ? before.Time + 1 : long.MaxValue);
        // From the end where a terminal's first ones are: once one comes too late, all behind it do.
        for (var row = Next(rows, order == TraceOrder.Newest ? block.Rows : -1); row >= 0; row = Next(rows, row))
        {
            var (time, threshold) = (times[row], Volatile.Read(ref _threshold));
            if (order == TraceOrder.Newest ? time < threshold : time > threshold)
            {
                var run = times.RunOf(row);
                row = order == TraceOrder.Newest ? run.Start : run.End - 1;
                continue;
            }
            var position = TracePosition.Of(time, batches[block.Meta.Batch(row)], block.Meta.Line(row));
            if (after is not { } bound || Compare(order, position, bound) > 0) Offer(new Candidate(planned, row), position);
        }
    }

    /// <summary>Reads the rows that stayed, from the first on as far as <see cref="MaxBytes"/> go.</summary>
    public async Task<TracePage> ReadAsync(Func<Task<IDisposable?>> step, CancellationToken cancel)
    {
        var page = new PageRows(order, limit);
        var chosen = _rows.UnorderedItems.GroupBy(item => item.Element.Block).ToList();
        await Task.WhenAll(chosen.Select(rows => chosen.Count == 1 ? ReadAsync(rows) : Task.Run(() => ReadAsync(rows), cancel)));
        return page.ToPage();

        async Task ReadAsync(IGrouping<PlannedBlock, (Candidate Element, TracePosition Position)> rows)
        {
            using var place = await step();
            cancel.ThrowIfCancellationRequested();
            using var block = new BlockReader(rows.Key.Segment, rows.Key.Number, keepsParts: true);
            block.Prefetch(rows.Select(row => row.Element.Row));
            var buffer = new ByteWriter();
            // Rows side by side are found one from another.
            foreach (var (candidate, position) in rows.OrderBy(row => row.Element.Row))
            {
                if (IsBehindEnd(position)) continue;
                var trace = FoundTrace.Read(block, candidate.Row, buffer);
                lock (_lock) page.Add(trace);
            }
        }

        bool IsBehindEnd(TracePosition position)
        {
            lock (_lock) return page.IsBehind(position);
        }
    }

    public static int Compare(TraceOrder order, TracePosition left, TracePosition right) => order == TraceOrder.Newest ? right.CompareTo(left) : left.CompareTo(right);

    private int Next(RowSet rows, int row) =>
        order == TraceOrder.Newest ? row == 0 ? -1 : rows.Previous(row - 1) : row + 1 == rows.Size ? -1 : rows.Next(row + 1);

    private void Offer(Candidate candidate, TracePosition position)
    {
        lock (_lock)
        {
            if (_rows.Count < limit) _rows.Enqueue(candidate, position);
            else if (_rows.TryPeek(out _, out var worst) && Compare(order, position, worst) < 0) _rows.DequeueEnqueue(candidate, position);
            else return;
            if (_rows.Count == limit && _rows.TryPeek(out _, out var last)) Volatile.Write(ref _threshold, last.Time);
        }
    }

    private readonly record struct Candidate(PlannedBlock Block, int Row);
}
