using Akashi.Platform.Tenancy;
using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

/// <summary>Streams matching traces, oldest first, holding one block of each segment that reaches into the current moment.</summary>
internal static class SegmentExport
{
    private const int Buffered = 1 << 16;

    /// <summary>
    /// Writes the original lines with their terminators. A line that had none (the last of its log) gets LF if another follows, else lines would run together.
    /// </summary>
    /// <returns>Lines written.</returns>
    public static async Task<long> WriteAsync(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, Stream output, CancellationToken cancel)
    {
        var buffer = new ByteWriter();
        var count = 0L;
        var end = LineEnd.Lf;
        using var rows = new OrderedRows(tenant, segments, query);
        while (rows.MoveNext(cancel))
        {
            if (end == LineEnd.None) buffer.Bytes(LineEnd.Lf.Bytes());
            rows.Block.AppendLine(rows.Row, buffer);
            end = rows.Block.Meta.End(rows.Row);
            buffer.Bytes(end.Bytes());
            count++;
            if (buffer.Length < Buffered) continue;
            await output.WriteAsync(buffer.WrittenMemory, cancel);
            buffer.Clear();
        }
        await output.WriteAsync(buffer.WrittenMemory, cancel);
        return count;
    }

    /// <summary>The same rows one by one, for formats other than original lines. Ends the use of the segments when it is disposed.</summary>
    public static IEnumerable<FoundTrace> Read(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, CancellationToken cancel)
    {
        var buffer = new ByteWriter();
        using var rows = new OrderedRows(tenant, segments, query);
        while (rows.MoveNext(cancel)) yield return FoundTrace.Read(rows.Block, rows.Row, buffer);
    }
}

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
