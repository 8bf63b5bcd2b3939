using Akashi.Traces.Query;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

/// <summary>
/// Merges the matching rows of several segments into one order: time, terminal, batch, line. Where rows are is kept while their time has come, a few
/// bytes each; the rows themselves are read in batches, each block once a batch, because those of one moment lie in many blocks.
/// </summary>
internal sealed class OrderedRows(BlockPlan plan, SearchOptions options)
{
    private const int BatchRows = 1 << 16;
    private const long BatchBytes = 32 << 20;

    /// <summary>Where the chosen rows are longer than those of their blocks on average, fewer of them are read.</summary>
    private const long MaxBytes = 2 * BatchBytes;

    private readonly PriorityQueue<Cursor, TracePosition> _cursors = new();
    private readonly BlockSelection _selection = plan.NewSelection();
    private List<(PlannedBlock Block, int Row)> _left = [];
    private bool _isBegun;

    /// <returns>The next rows in order; none at the end.</returns>
    public async Task<IReadOnlyList<FoundTrace>> NextAsync(CancellationToken cancel)
    {
        if (!_isBegun)
        {
            foreach (var block in plan.Blocks) _cursors.Enqueue(new Cursor(block), TracePosition.Earliest(block.Entry.MinTime));
            _isBegun = true;
        }
        if (_left.Count > 0) return await ReadAsync(_left, cancel);
        var chosen = new List<(PlannedBlock Block, int Row)>();
        var bytes = 0L;
        while (chosen.Count < BatchRows && bytes < BatchBytes && _cursors.TryPeek(out var cursor, out _))
        {
            if (cursor.Rows is null)
            {
                using var place = await options.StepAsync(plan.Tenant, cancel);
                cursor.Open(plan, _selection);
            }
            else
            {
                chosen.Add((cursor.Block, cursor.Rows[cursor.At].Row));
                bytes += cursor.Block.Entry.LineBytes / cursor.Block.Entry.Rows;
                cursor.At++;
            }
            _cursors.Dequeue();
            if (cursor.At < cursor.Rows!.Length) _cursors.Enqueue(cursor, cursor.Rows[cursor.At].Position);
        }
        return await ReadAsync(chosen, cancel);
    }

    /// <summary>Reads the first of the rows, as many as memory allows; the others are left for the next time.</summary>
    private async Task<IReadOnlyList<FoundTrace>> ReadAsync(List<(PlannedBlock Block, int Row)> chosen, CancellationToken cancel)
    {
        var traces = new FoundTrace?[chosen.Count];
        var (bytes, end) = (0L, chosen.Count);
        var buffer = new Format.ByteWriter();
        foreach (var rows in chosen.Index().GroupBy(row => row.Item.Block))
        {
            using var place = await options.StepAsync(plan.Tenant, cancel);
            using var block = new BlockReader(rows.Key.Segment, rows.Key.Number);
            foreach (var (index, (_, row)) in rows.OrderBy(item => item.Item.Row))
            {
                if (index >= end) continue;
                var trace = traces[index] = FoundTrace.Read(block, row, buffer);
                for (bytes += trace.Line.Length; bytes > MaxBytes && end > 1; traces[end] = null)
                    bytes -= traces[--end]?.Line.Length ?? 0;
            }
        }
        _left = chosen[end..];
        return traces[..end]!;
    }

    private sealed class Cursor(PlannedBlock block)
    {
        public PlannedBlock Block => block;

        /// <summary>The matching rows in order; null until the block's earliest time has come.</summary>
        public (TracePosition Position, int Row)[]? Rows { get; private set; }

        public int At { get; set; }

        public void Open(BlockPlan plan, BlockSelection selection)
        {
            using var reader = new BlockReader(block.Segment, block.Number);
            var selected = plan.Select(block, reader, selection);
            var rows = new (TracePosition Position, int Row)[selected.Count()];
            var batches = block.Segment.Directory.Batches;
            var at = 0;
            for (var row = selected.Next(0); row >= 0; row = row + 1 == reader.Rows ? -1 : selected.Next(row + 1))
                rows[at++] = (TracePosition.Of(reader.Times[row], batches[reader.Meta.Batch(row)], reader.Meta.Line(row)), row);
            Array.Sort(rows, (left, right) => left.Position.CompareTo(right.Position));
            Rows = rows;
        }
    }
}
