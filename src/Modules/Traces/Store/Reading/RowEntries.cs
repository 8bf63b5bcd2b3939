using System.Buffers;
using System.Runtime.Intrinsics;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Reading;

/// <summary>Which entries of which columns the rows of a block have. One thread uses it; buffers go back on disposal.</summary>
internal sealed class RowEntries(BlockReader block, int keys) : IDisposable
{
    /// <summary>Columns of more entries have no <see cref="First"/>: some row has them more than once.</summary>
    public const int MostEntries = ushort.MaxValue - 1;

    // As in the block: index 0 is the lines kept verbatim, index n + 1 is key n.
    private readonly ushort[]?[] _first = new ushort[]?[keys + 1];
    private readonly int[]?[] _starts = new int[]?[keys + 1];
    private readonly int[]?[] _times = new int[]?[keys + 1];

    // How many rows of each shape stand before a row.
    private int[]? _before;
    private int _row;

    /// <summary>For each row one more than the entry of its first value of the key; 0 where it has none. Behind the last row anything may stand.</summary>
    public ushort[] First(int key) => First(key, isAsked: true);

    /// <summary>For each row, how many values of the key the rows before it have.</summary>
    public int[] Starts(int key)
    {
        if (_starts[key + 1] is { } known) return known;
        var (times, rowShapes) = (Times(key), block.Shapes.Codes);
        var starts = new int[block.Rows + 1];
        for (var row = 0; row < rowShapes.Length; row++) starts[row + 1] = starts[row] + times[rowShapes[row]];
        return _starts[key + 1] = starts;
    }

    /// <summary>Some row has the key more than once.</summary>
    public bool Repeat(int key) => key != ColumnIds.RawKey && Times(key).AsSpan().ContainsAnyExceptInRange(0, 1);

    /// <summary>The entry of one value, without looking at all rows of the key. Quickest when rows are asked for in their order.</summary>
    public int Of(int key, int row, int nth)
    {
        var head = block.HeadOf(key);
        if (head.Encoding != ColumnEncoding.Derived) return block.Column(key).Code(Before(key, row) + nth);
        if (_first[key + 1] is { } codes) return codes[row] - 1;
        CheckParents(head);
        if (head.Parent != ColumnHead.OfShape && block.Shapes.Of(row)!.CountOf(head.Parent) != 1) throw NotDerived(head);
        var code = head.Parent == ColumnHead.OfShape ? block.Shapes.Codes[row] : Of(head.Parent, row, 0);
        return nth == 0 && code < head.Map!.Length ? head.Map[code] : throw NotDerived(head);
    }

    /// <summary>The entries of all values of a column that follows from another, in their order.</summary>
    public void Derive(ColumnHead head, Span<int> codes)
    {
        var at = 0;
        foreach (var code in First(head.Key).AsSpan(0, block.Rows))
        {
            if (code == 0) continue;
            if (at == codes.Length) throw NotDerived(head);
            codes[at++] = code - 1;
        }
        if (at != codes.Length) throw NotDerived(head);
    }

    public void Dispose()
    {
        foreach (ref var codes in _first.AsSpan())
        {
            if (codes is not null) ArrayPool<ushort>.Shared.Return(codes);
            codes = null;
        }
    }

    private ushort[] First(int key, bool isAsked)
    {
        if (_first[key + 1] is { } known) return known;
        if (block.HeadOf(key).Entries > MostEntries) throw Nonsense(ColumnIds.Entries(key), "it has more values than rows.");
        var array = ArrayPool<ushort>.Shared.Rent(block.Rows); // what is not given back after damage is no loss
        var codes = array.AsSpan(0, block.Rows);
        if (block.KeptCodes(key) is { } kept) CodeWidths.Widen(kept, codes);
        else
        {
            ReadFirst(key, codes);
            if (isAsked) block.KeepCodes(key, codes);
        }
        return _first[key + 1] = array;
    }

    private void ReadFirst(int key, Span<ushort> codes)
    {
        var (head, rowShapes, times) = (block.HeadOf(key), block.Shapes.Codes, Times(key));
        switch (head.Encoding)
        {
            case ColumnEncoding.Derived when head.Parent == ColumnHead.OfShape:
                var byShape = new ushort[times.Length];
                for (var shape = 0; shape < byShape.Length; shape++) byShape[shape] = times[shape] == 0 ? (ushort)0 : shape < head.Map!.Length ? (ushort)(head.Map[shape] + 1) : throw NotDerived(head);
                for (var row = 0; row < codes.Length; row++) codes[row] = byShape[rowShapes[row]];
                break;
            case ColumnEncoding.Derived:
                CheckParents(head);
                var (parent, map) = (First(head.Parent, isAsked: false), head.Map!);
                for (var row = 0; row < codes.Length; row++)
                {
                    if (times[rowShapes[row]] == 0) codes[row] = 0;
                    else codes[row] = parent[row] > 0 && parent[row] <= map.Length ? (ushort)(map[parent[row] - 1] + 1) : throw NotDerived(head);
                }
                break;
            case ColumnEncoding.Constant:
                for (var row = 0; row < codes.Length; row++) codes[row] = (ushort)Math.Min(1, times[rowShapes[row]]);
                break;
            default:
                var column = block.Column(key);
                if (column.IsPlain)
                {
                    for (var (row, at) = (0, 0); row < codes.Length; at += times[rowShapes[row++]]) codes[row] = times[rowShapes[row]] == 0 ? (ushort)0 : (ushort)(at + 1);
                    break;
                }
                Spread(column.Codes, times, rowShapes, codes);
                break;
        }
    }

    /// <summary>Gives each row that has any the first of its entries.</summary>
    private static void Spread(ReadOnlySpan<int> entries, int[] times, ushort[] rowShapes, Span<ushort> codes)
    {
        if (entries.Length == codes.Length && !times.AsSpan().ContainsAnyExceptInRange(0, 1))
        {
            CodeWidths.NarrowNext(entries, codes); // one in each row
            return;
        }
        for (var (row, at) = (0, 0); row < codes.Length; row++)
        {
            // Which rows have the key is hard to foretell: no branch.
            var count = times[rowShapes[row]];
            codes[row] = (ushort)((entries[Math.Min(at, entries.Length - 1)] + 1) * Math.Min(1, count));
            at += count;
        }
    }

    /// <summary>For each code of a shape how often the key stands in it. The column has as many values as its rows ask for, else a line could come back with another's.</summary>
    private int[] Times(int key)
    {
        if (_times[key + 1] is { } known) return known;
        var (shapes, rows, found) = (block.Shapes.Shapes, block.Shapes.Rows, 0L);
        var times = new int[shapes.Length + 1];
        if (key == ColumnIds.RawKey) times[ShapeBlock.Raw] = 1;
        else for (var i = 0; i < shapes.Length; i++) times[i + 1] = shapes[i].CountOf(key);
        for (var i = 0; i < times.Length; i++) found += (long)times[i] * rows[i];
        if (block.HeadOf(key).Count != found) throw Nonsense(ColumnIds.Entries(key), $"it has {block.HeadOf(key).Count} values where the shapes ask for {found}.");
        return _times[key + 1] = times;
    }

    /// <summary>How many values of the key the rows before this one have.</summary>
    private int Before(int key, int row)
    {
        var (times, rowShapes) = (Times(key), block.Shapes.Codes);
        _before ??= new int[times.Length];
        for (; _row < row; _row++) _before[rowShapes[_row]]++;
        while (_row > row) _before[rowShapes[--_row]]--;
        var (sum, i) = (Vector256<int>.Zero, 0);
        for (; i <= times.Length - Vector256<int>.Count; i += Vector256<int>.Count) sum += Vector256.Create(times, i) * Vector256.Create(_before, i);
        var values = Vector256.Sum(sum);
        for (; i < times.Length; i++) values += times[i] * _before[i];
        return values;
    }

    /// <summary>Whatever the bytes say, following columns upwards ends.</summary>
    private void CheckParents(ColumnHead head)
    {
        var above = head;
        for (var steps = 0; above.Encoding == ColumnEncoding.Derived && above.Parent != ColumnHead.OfShape; steps++)
        {
            if (steps > SegmentFormat.MaxBlockColumns) throw Nonsense(ColumnIds.Codes(head.Key), "it follows from itself.");
            above = block.HeadOf(above.Parent);
        }
    }

    private SegmentDamagedException NotDerived(ColumnHead head) => Nonsense(ColumnIds.Codes(head.Key), "it does not follow from the column that it is said to follow from.");

    private SegmentDamagedException Nonsense(int column, string reason) => block.Segment.Damage(block.Number, column, reason);
}
