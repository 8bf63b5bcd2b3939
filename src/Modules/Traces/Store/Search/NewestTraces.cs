using Akashi.Traces.Query;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

/// <summary>Keeps the newest rows seen so far, over all workers. Lines are put together only for those that stay.</summary>
internal sealed class NewestTraces(int limit, TracePosition? before)
{
    private readonly PriorityQueue<Candidate, TracePosition> _rows = new(limit + 1);
    private readonly Lock _lock = new();

    /// <summary>Before which instant a row is surely too old.</summary>
    public long Threshold { get; private set; } = long.MinValue;

    public long Latest => before?.Time ?? long.MaxValue;

    /// <summary>Offers the selected rows of a block.</summary>
    public void Offer(in PlannedBlock planned, BlockReader block, RowSet rows)
    {
        var batches = block.Segment.Directory.Batches;
        // From the end, where a terminal's newest are: then most of the others are too old at once.
        for (var row = rows.Previous(block.Rows - 1); row >= 0; row = row == 0 ? -1 : rows.Previous(row - 1))
        {
            var time = block.Times[row];
            if (time > Latest || time < Threshold) continue;
            var position = TracePosition.Of(time, batches[block.Meta.Batch(row)], block.Meta.Line(row));
            if (before is { } bound && position.CompareTo(bound) >= 0) continue;
            Offer(new Candidate(planned, row), position);
        }
    }

    public TracePage Read(CancellationToken cancel)
    {
        var chosen = _rows.UnorderedItems.Select(item => (item.Element, Position: item.Priority)).ToList();
        var traces = new List<FoundTrace>(chosen.Count);
        var buffer = new ByteWriter();
        foreach (var rows in chosen.GroupBy(item => item.Element.Block))
        {
            cancel.ThrowIfCancellationRequested();
            using var block = new BlockReader(rows.Key.Segment, rows.Key.Number);
            foreach (var (candidate, _) in rows) traces.Add(FoundTrace.Read(block, candidate.Row, buffer));
        }
        traces.Sort((left, right) => right.Position.CompareTo(left.Position));
        return new TracePage(traces, traces.Count == limit ? traces[^1].Position : null);
    }

    private void Offer(Candidate candidate, TracePosition position)
    {
        lock (_lock)
        {
            if (_rows.Count < limit) _rows.Enqueue(candidate, position);
            else if (_rows.TryPeek(out _, out var oldest) && position.CompareTo(oldest) > 0) _rows.DequeueEnqueue(candidate, position);
            else return;
            if (_rows.Count == limit && _rows.TryPeek(out _, out var last)) Threshold = last.Time;
        }
    }

    private readonly record struct Candidate(PlannedBlock Block, int Row);
}
