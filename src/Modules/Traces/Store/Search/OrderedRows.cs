using Akashi.Platform.Tenancy;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

/// <summary>
/// Merges the matching rows of several segments into one order: time, terminal, batch, line. A segment's blocks are opened one after
/// another, the first only when its earliest time is reached.
/// </summary>
internal sealed class OrderedRows : IDisposable
{
    private readonly BlockPlan _plan;
    private readonly BlockSelection _selection;
    private readonly PriorityQueue<Cursor, TracePosition> _cursors = new();
    private Cursor? _current;

    public OrderedRows(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query)
    {
        _plan = new BlockPlan(tenant, segments, query);
        _selection = _plan.NewSelection();
        foreach (var blocks in _plan.Blocks.GroupBy(block => block.Segment))
        {
            var cursor = new Cursor(new Queue<PlannedBlock>(blocks));
            _cursors.Enqueue(cursor, cursor.NotBefore);
        }
    }

    public BlockReader Block => _current!.Block!;

    public int Row => _current!.Row;

    public bool MoveNext(CancellationToken cancel)
    {
        if (_current is not null) Advance(_current);
        while (_cursors.TryDequeue(out var cursor, out _))
        {
            if (cursor.Block is not null)
            {
                _current = cursor;
                return true;
            }
            cancel.ThrowIfCancellationRequested();
            Open(cursor);
        }
        _current = null;
        return false;
    }

    public void Dispose()
    {
        _current?.Block?.Dispose();
        foreach (var (cursor, _) in _cursors.UnorderedItems) cursor.Block?.Dispose();
        _plan.Dispose();
    }

    /// <summary>Opens the cursor's next block; when it has no matching row, the cursor waits at the block after it.</summary>
    private void Open(Cursor cursor)
    {
        var planned = cursor.Waiting.Dequeue();
        if (_plan.CanMatch(planned))
        {
            cursor.Block = new BlockReader(planned.Segment, planned.Number);
            try
            {
                cursor.Rows = _plan.Select(planned, cursor.Block, _selection);
                cursor.Row = -1;
            }
            catch
            {
                cursor.Block.Dispose();
                throw;
            }
        }
        Advance(cursor);
    }

    private void Advance(Cursor cursor)
    {
        if (cursor.Block is { } block)
        {
            cursor.Row = cursor.Row + 1 == block.Rows ? -1 : cursor.Rows!.Next(cursor.Row + 1);
            if (cursor.Row >= 0)
            {
                var source = block.Segment.Directory.Batches[block.Meta.Batch(cursor.Row)];
                _cursors.Enqueue(cursor, TracePosition.Of(block.Times[cursor.Row], source, block.Meta.Line(cursor.Row)));
                return;
            }
            block.Dispose();
            cursor.Block = null;
        }
        if (cursor.Waiting.Count > 0) _cursors.Enqueue(cursor, cursor.NotBefore);
    }

    private sealed class Cursor(Queue<PlannedBlock> waiting)
    {
        public Queue<PlannedBlock> Waiting => waiting;

        public BlockReader? Block { get; set; }

        public RowSet? Rows { get; set; }

        public int Row { get; set; }

        /// <summary>Sorts before every row of the waiting block.</summary>
        public TracePosition NotBefore => TracePosition.Earliest(waiting.Peek().Entry.MinTime);
    }
}
