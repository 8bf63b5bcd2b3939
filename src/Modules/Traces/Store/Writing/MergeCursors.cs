using Akashi.Platform.Tenancy;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Writing;

/// <summary>Walks through the rows of several segments in the order in which they are kept: terminal, time, batch, line. Holds one block of each.</summary>
internal sealed class MergeCursors : IDisposable
{
    private readonly List<SegmentReader.Use> _uses = [];
    private readonly PriorityQueue<Cursor, RowOrder> _waiting = new();
    private Cursor? _current;

    /// <param name="ranks">For each source the rank of each of its batches among all.</param>
    public MergeCursors(TenantId tenant, IReadOnlyList<SegmentReader> sources, IReadOnlyDictionary<SegmentReader, (int Terminal, int Batch)[]> ranks, KeyTable keys)
    {
        try
        {
            foreach (var source in sources)
            {
                if (source.Tenant != tenant) throw new InvalidOperationException($"Segment {source.Id:N} belongs to another tenant.");
                if (!source.TryUse(out var use)) throw new ObjectDisposedException(nameof(SegmentReader), $"Segment {source.Id:N} was closed.");
                _uses.Add(use);
                var cursor = new Cursor(source, ranks[source], keys);
                cursor.Open();
                _waiting.Enqueue(cursor, cursor.Order);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public BlockRows Rows => _current!.Rows!;

    public RowMeta Meta => Rows.Meta(_current!.Order.Batch);

    public bool MoveNext(CancellationToken cancel)
    {
        if (_current is not null && _current.Advance(cancel))
        {
            // Rows of one terminal mostly follow each other in one segment.
            if (_waiting.TryPeek(out _, out var next) && next.CompareTo(_current.Order) < 0) _current = _waiting.DequeueEnqueue(_current, _current.Order);
            return true;
        }
        return _waiting.TryDequeue(out _current, out _);
    }

    public void Dispose()
    {
        _current?.Rows?.Dispose();
        foreach (var (cursor, _) in _waiting.UnorderedItems) cursor.Rows?.Dispose();
        foreach (var use in _uses) use.Dispose();
    }

    private readonly record struct RowOrder(int Terminal, long Time, int Batch, int Line) : IComparable<RowOrder>
    {
        public int CompareTo(RowOrder other)
        {
            var order = Terminal.CompareTo(other.Terminal);
            if (order == 0) order = Time.CompareTo(other.Time);
            if (order == 0) order = Batch.CompareTo(other.Batch);
            return order != 0 ? order : Line.CompareTo(other.Line);
        }
    }

    private sealed class Cursor(SegmentReader source, (int Terminal, int Batch)[] ranks, KeyTable keys)
    {
        private int _block;

        public BlockRows? Rows { get; private set; }

        public RowOrder Order { get; private set; }

        public void Open()
        {
            Rows = new BlockRows(new BlockReader(source, _block), keys);
            SetOrder();
        }

        /// <returns>False at the end.</returns>
        public bool Advance(CancellationToken cancel)
        {
            Rows!.Next();
            if (!Rows.IsAtEnd)
            {
                SetOrder();
                return true;
            }
            cancel.ThrowIfCancellationRequested();
            Rows.Dispose();
            Rows = null;
            if (++_block == source.Directory.Blocks.Length) return false;
            Open();
            return true;
        }

        private void SetOrder()
        {
            var (block, row) = (Rows!.Block, Rows.Row);
            var (terminal, batch) = ranks[block.Meta.Batch(row)];
            Order = new RowOrder(terminal, block.Times[row], batch, block.Meta.Line(row));
        }
    }
}
