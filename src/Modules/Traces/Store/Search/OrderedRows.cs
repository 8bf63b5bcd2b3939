using Akashi.Traces.Query;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

/// <summary>
/// Merges the matching rows of several segments into one order: time, terminal, batch, line. Where rows are is kept while their time has come, a few
/// bytes each; the rows themselves are read in batches, each block once a batch, because those of one moment lie in many blocks.
/// </summary>
/// <param name="mostKept">Rows of which it is kept at once where they are, over all blocks. Where many blocks overlap, each is looked at again for its next ones.</param>
internal sealed class OrderedRows(BlockPlan plan, SearchOptions options, int mostKept = OrderedRows.MostKept)
{
    /// <summary>Some 48 MiB. Many times what a batch reads, so that blocks are seldom looked at anew.</summary>
    private const int MostKept = 1 << 20;
    private const int BatchRows = 1 << 16;
    private const long BatchBytes = 32 << 20;

    /// <summary>Where the chosen rows are longer than those of their blocks on average, fewer of them are read.</summary>
    private const long MaxBytes = 2 * BatchBytes;

    private readonly PriorityQueue<Cursor, TracePosition> _cursors = new();
    private readonly BlockSelection _selection = plan.NewSelection();
    private readonly List<PlacedRow> _opened = [];
    private List<(PlannedBlock Block, int Row)> _left = [];
    private int _window;
    private int _kept;

    /// <summary>The most rows that were kept at once so far.</summary>
    public int Peak { get; private set; }

    /// <returns>The next rows in order; none at the end.</returns>
    public async Task<IReadOnlyList<FoundTrace>> NextAsync(CancellationToken cancel)
    {
        if (_window == 0)
        {
            foreach (var block in plan.Blocks) _cursors.Enqueue(new Cursor(block), TracePosition.Earliest(block.Entry.MinTime));
            _window = Math.Max(1, mostKept / Math.Max(1, MostOverlapping(plan.Blocks)));
        }
        if (_left.Count > 0) return await ReadAsync(_left, cancel);
        var chosen = new List<(PlannedBlock Block, int Row)>();
        var bytes = 0L;
        while (chosen.Count < BatchRows && bytes < BatchBytes && _cursors.TryPeek(out var cursor, out _))
        {
            if (cursor.IsOpen)
            {
                chosen.Add((cursor.Block, cursor.Take()));
                bytes += cursor.Block.Entry.LineBytes / cursor.Block.Entry.Rows;
                if (!cursor.IsOpen) _kept -= cursor.Close();
            }
            else
            {
                using var place = await options.StepAsync(plan.Tenant, cancel);
                _kept += cursor.Open(plan, _selection, _window, _opened);
                Peak = Math.Max(Peak, _kept);
            }
            _cursors.Dequeue();
            if (cursor.Next is { } next) _cursors.Enqueue(cursor, next);
        }
        return await ReadAsync(chosen, cancel);
    }

    /// <summary>How many blocks at most have rows before and behind one moment: no more are open at once.</summary>
    private static int MostOverlapping(List<PlannedBlock> blocks)
    {
        var ends = blocks.Select(block => block.Entry.MaxTime).Order().ToList();
        var (most, begun, ended) = (0, 0, 0);
        foreach (var begin in blocks.Select(block => block.Entry.MinTime).Order())
        {
            while (ends[ended] < begin) ended++;
            most = Math.Max(most, ++begun - ended);
        }
        return most;
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

    private readonly record struct PlacedRow(TracePosition Position, int Row);

    /// <summary>The matching rows of a block in order, some of them at a time.</summary>
    private sealed class Cursor(PlannedBlock block)
    {
        private PlacedRow[] _rows = [];
        private int _at;
        private TracePosition? _rest = TracePosition.Earliest(block.Entry.MinTime);

        public PlannedBlock Block => block;

        public bool IsOpen => _at < _rows.Length;

        /// <summary>Where the next row is, or none is before; null at the end.</summary>
        public TracePosition? Next => IsOpen ? _rows[_at].Position : _rest;

        public int Take() => _rows[_at++].Row;

        /// <returns>How many rows are kept from now on.</returns>
        public int Open(BlockPlan plan, BlockSelection selection, int most, List<PlacedRow> opened)
        {
            if (_rest is not { } from) return 0;
            using var reader = new BlockReader(block.Segment, block.Number);
            var selected = plan.Select(block, reader, selection);
            if (from.Time > block.Entry.MinTime) reader.Times.KeepBetween(selected, from.Time, long.MaxValue);
            var batches = block.Segment.Directory.Batches;
            opened.Clear();
            for (var row = selected.Next(0); row >= 0; row = row + 1 == reader.Rows ? -1 : selected.Next(row + 1))
            {
                var position = TracePosition.Of(reader.Times[row], batches[reader.Meta.Batch(row)], reader.Meta.Line(row));
                if (position.CompareTo(from) >= 0) opened.Add(new PlacedRow(position, row));
            }
            opened.Sort((left, right) => left.Position.CompareTo(right.Position));
            _rest = opened.Count > most ? opened[most].Position : null;
            (_rows, _at) = ([.. opened.Take(most)], 0);
            return _rows.Length;
        }

        /// <returns>How many rows are kept no longer.</returns>
        public int Close()
        {
            var count = _rows.Length;
            (_rows, _at) = ([], 0);
            return count;
        }
    }
}
