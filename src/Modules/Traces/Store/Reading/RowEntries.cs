using System.Buffers;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Reading;

/// <summary>Which entries of which columns the rows of a block have. One thread uses it; buffers go back on disposal.</summary>
internal sealed class RowEntries(BlockReader block, int keys) : IDisposable
{
    // As in the block: index 0 is the lines kept verbatim, index n + 1 is key n.
    private readonly int[]?[] _first = new int[]?[keys + 1];
    private readonly int[]?[] _starts = new int[]?[keys + 1];
    private readonly int[]?[] _times = new int[]?[keys + 1];

    /// <summary>For each row one more than the entry of its first value of the key; 0 where it has none. Behind the last row anything may stand.</summary>
    public int[] First(int key)
    {
        if (_first[key + 1] is { } known) return known;
        var array = ArrayPool<int>.Shared.Rent(block.Rows);
        ReadFirst(key, array.AsSpan(0, block.Rows)); // an array that is not given back after damage is no loss
        return _first[key + 1] = array;
    }

    /// <summary>For each row, how many values of the key the rows before it have.</summary>
    public int[] Starts(int key)
    {
        if (_starts[key + 1] is { } known) return known;
        var (times, rowShapes) = (Times(key), block.Shapes.Codes);
        CheckCount(key, times);
        var starts = new int[block.Rows + 1];
        for (var row = 0; row < rowShapes.Length; row++) starts[row + 1] = starts[row] + times[rowShapes[row]];
        return _starts[key + 1] = starts;
    }

    /// <summary>Some row has the key more than once.</summary>
    public bool Repeat(int key) => key != ColumnIds.RawKey && Array.Exists(Times(key), times => times > 1);

    /// <summary>The entry of one value, without decoding those of all rows where that is not needed.</summary>
    public int Of(int key, int row, int nth)
    {
        var head = block.HeadOf(key);
        if (head.Encoding != ColumnEncoding.Derived) return block.Column(key).Code(Starts(key)[row] + nth);
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
            if (codes is not null) ArrayPool<int>.Shared.Return(codes);
            codes = null;
        }
    }

    private void ReadFirst(int key, Span<int> codes)
    {
        var (head, rowShapes, times) = (block.HeadOf(key), block.Shapes.Codes, Times(key));
        switch (head.Encoding)
        {
            case ColumnEncoding.Derived when head.Parent == ColumnHead.OfShape:
                var byShape = new int[times.Length];
                for (var shape = 0; shape < byShape.Length; shape++) byShape[shape] = times[shape] == 0 ? 0 : shape < head.Map!.Length ? head.Map[shape] + 1 : throw NotDerived(head);
                for (var row = 0; row < codes.Length; row++) codes[row] = byShape[rowShapes[row]];
                break;
            case ColumnEncoding.Derived:
                CheckParents(head);
                var (parent, map) = (First(head.Parent), head.Map!);
                for (var row = 0; row < codes.Length; row++)
                {
                    if (times[rowShapes[row]] == 0) codes[row] = 0;
                    else codes[row] = parent[row] > 0 && parent[row] <= map.Length ? map[parent[row] - 1] + 1 : throw NotDerived(head);
                }
                break;
            case ColumnEncoding.Constant:
                CheckCount(key, times);
                for (var row = 0; row < codes.Length; row++) codes[row] = times[rowShapes[row]] == 0 ? 0 : 1;
                break;
            default:
                CheckCount(key, times);
                var column = block.Column(key);
                if (column.IsPlain)
                {
                    for (var (row, at) = (0, 0); row < codes.Length; at += times[rowShapes[row++]]) codes[row] = times[rowShapes[row]] == 0 ? 0 : at + 1;
                    break;
                }
                var entries = column.Codes;
                for (var (row, at) = (0, 0); row < codes.Length; at += times[rowShapes[row++]]) codes[row] = times[rowShapes[row]] == 0 ? 0 : entries[at] + 1;
                break;
        }
    }

    /// <summary>For each code of a shape how often the key stands in it.</summary>
    private int[] Times(int key)
    {
        if (_times[key + 1] is { } known) return known;
        var shapes = block.Shapes.Shapes;
        var times = new int[shapes.Length + 1];
        if (key == ColumnIds.RawKey) times[ShapeBlock.Raw] = 1;
        else for (var i = 0; i < shapes.Length; i++) times[i + 1] = shapes[i].CountOf(key);
        return _times[key + 1] = times;
    }

    /// <summary>Else a line could come back with another's value.</summary>
    private void CheckCount(int key, int[] times)
    {
        var (head, found) = (block.HeadOf(key), 0L);
        foreach (var shape in block.Shapes.Codes) found += times[shape];
        if (head.Count != found) throw Nonsense(ColumnIds.Entries(key), $"it has {head.Count} values where the shapes ask for {found}.");
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
