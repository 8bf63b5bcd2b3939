using System.Buffers;
using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Reading;

/// <summary>One block of a segment; its columns are read when first asked for. One thread uses it; buffers go back on disposal.</summary>
internal sealed class BlockReader(SegmentReader segment, int number) : IDisposable
{
    // Index 0 is the lines kept verbatim, index n + 1 is key n.
    private readonly ColumnBlock?[] _columns = new ColumnBlock?[segment.FoldedKeys.Length + 1];
    private readonly int[]?[] _starts = new int[]?[segment.FoldedKeys.Length + 1];
    private readonly BlockEntry _entry = segment.Directory.Blocks[number];
    private ColumnHead?[]? _heads;
    private int[]? _keys;
    private long[]? _times;
    private MetaBlock? _meta;
    private ShapeBlock? _shapes;

    public SegmentReader Segment => segment;

    public int Number => number;

    public int Rows => _entry.Rows;

    public bool HasRawRows => _entry.RawRows > 0;

    /// <summary>Unix milliseconds of each row.</summary>
    public long[] Times => _times ??= segment.Decode(number, ColumnIds.Time, bytes => TimeColumn.Read(new ByteReader(bytes.Span), Rows, _entry.MinTime, _entry.MaxTime));

    public MetaBlock Meta => _meta ??= segment.Decode(number, ColumnIds.Meta, bytes => MetaBlock.Read(new ByteReader(bytes.Span), Rows, segment.Directory.Batches.Length));

    /// <summary>Keys that this block has a column of.</summary>
    public int[] Keys => _keys ??= [.. Heads.OfType<ColumnHead>().Select(head => head.Key).Where(key => key != ColumnIds.RawKey)];

    public ShapeBlock Shapes => _shapes ??= segment.Decode(number, ColumnIds.Shapes, ReadShapes);

    private ColumnHead?[] Heads => _heads ??= segment.Decode(number, ColumnIds.Heads, ReadHeads);

    public IEnumerable<int> KeysNamed(byte[] foldedName)
    {
        foreach (var key in Keys)
        {
            if (segment.FoldedKeys[key].AsSpan().SequenceEqual(foldedName)) yield return key;
        }
    }

    public ColumnBlock Column(int key) => _columns[key + 1] ??= Read(Heads[key + 1] ?? Missing<ColumnHead>(ColumnIds.Entries(key)));

    public bool IsRaw(int row) => HasRawRows && Shapes.Codes[row] == ShapeBlock.Raw;

    /// <summary>The line of a row kept verbatim.</summary>
    public ReadOnlySpan<byte> RawLine(int row) => Column(ColumnIds.RawKey).Value(Starts(ColumnIds.RawKey)[row]);

    /// <summary>Adds the rows in which an occurrence of the key has one of the given entries.</summary>
    public void AddRows(int key, RowSet entries, RowSet rows)
    {
        if (entries.IsEmpty) return;
        var column = Column(key);
        if (IsOncePerRow(key))
        {
            column.Select(entries, rows);
            return;
        }
        var found = new RowSet(column.Count);
        column.Select(entries, found);
        var starts = Starts(key);
        var row = 0;
        for (var at = found.Next(0); at >= 0; at = at + 1 == column.Count ? -1 : found.Next(at + 1))
        {
            while (starts[row + 1] <= at) row++;
            rows.Add(row);
        }
    }

    /// <summary>For each row, how many values of the key the rows before it have.</summary>
    public int[] Starts(int key)
    {
        if (_starts[key + 1] is { } known) return known;
        var shapes = Shapes;
        var times = new int[shapes.Shapes.Length + 1];
        if (key == ColumnIds.RawKey) times[ShapeBlock.Raw] = 1;
        else for (var i = 0; i < shapes.Shapes.Length; i++) times[i + 1] = shapes.Shapes[i].CountOf(key);
        var starts = new int[Rows + 1];
        for (var row = 0; row < Rows; row++) starts[row + 1] = starts[row] + times[shapes.Codes[row]];
        // Else a line could come back with another's value.
        if (Heads[key + 1] is not { } head || head.Count != starts[Rows]) throw Nonsense(ColumnIds.Entries(key), $"it has {Heads[key + 1]?.Count ?? 0} values where the shapes ask for {starts[Rows]}.");
        return _starts[key + 1] = starts;
    }

    /// <summary>Appends the line exactly as it was received, without its terminator.</summary>
    public void AppendLine(int row, ByteWriter to)
    {
        if (Shapes.Of(row) is not { } shape)
        {
            to.Bytes(RawLine(row));
            return;
        }
        LineRebuilder.Header(to, new EventTime(Times[row], Meta.OffsetMinutes(row)));
        var nth = shape.Nth;
        for (var i = 0; i < shape.Fields.Length; i++)
        {
            ref readonly var field = ref shape.Fields[i];
            var value = Column(field.Key).Value(Starts(field.Key)[row] + nth[i]);
            LineRebuilder.Field(to, field, segment.Directory.Keys[field.Key], value);
        }
        LineRebuilder.Spaces(to, shape.TrailingSpaces);
    }

    /// <summary>Every row has exactly one value of the key.</summary>
    public bool IsOncePerRow(int key)
    {
        if (HasRawRows || Column(key).Count != Rows) return false;
        foreach (var shape in Shapes.Shapes)
        {
            if (shape.CountOf(key) != 1) return false;
        }
        return true;
    }

    public void Dispose()
    {
        foreach (var column in _columns) column?.Dispose();
    }

    private ShapeBlock ReadShapes(ReadOnlyMemory<byte> bytes)
    {
        var shapes = ShapeBlock.Read(new ByteReader(bytes.Span), Rows, segment.FoldedKeys.Length);
        if (shapes.Codes.AsSpan().Count(ShapeBlock.Raw) != _entry.RawRows) throw new InvalidDataException($"the directory tells of {_entry.RawRows} raw rows.");
        return shapes;
    }

    private ColumnHead?[] ReadHeads(ReadOnlyMemory<byte> bytes)
    {
        var heads = new ColumnHead?[segment.FoldedKeys.Length + 1];
        var reader = new ByteReader(bytes.Span);
        while (reader.Remaining > 0)
        {
            var head = ColumnHead.Read(ref reader, segment.FoldedKeys.Length);
            if (heads[head.Key + 1] is not null) throw new InvalidDataException("a column stands twice.");
            heads[head.Key + 1] = head;
        }
        return heads;
    }

    private ColumnBlock Read(ColumnHead head)
    {
        if (head.Encoding == ColumnEncoding.Integers)
        {
            return segment.Decode(number, ColumnIds.Codes(head.Key), bytes => new ColumnBlock(head, bytes.Span));
        }
        if (head.Inline is { } inline) return segment.Part(number, ColumnIds.Entries(head.Key), () => new ColumnBlock(head, inline, inline.Length, isPooled: false, LoadCodes));
        var chunk = segment.Chunk(number, ColumnIds.Entries(head.Key));
        var bytes = segment.Read(number, chunk);
        return segment.Part(number, chunk.Column, () => new ColumnBlock(head, bytes, chunk.Decoded, isPooled: true, LoadCodes));
    }

    private void LoadCodes(ColumnBlock column)
    {
        var head = column.Head;
        var codes = ArrayPool<int>.Shared.Rent(head.Count);
        try
        {
            if (head.Encoding == ColumnEncoding.Derived) Derive(head, codes.AsSpan(0, head.Count));
            else
            {
                segment.Decode(number, ColumnIds.Codes(head.Key), bytes =>
                {
                    CodeStream.Read(bytes.Span, codes.AsSpan(0, head.Count), head.Entries);
                    return true;
                });
            }
        }
        catch
        {
            ArrayPool<int>.Shared.Return(codes);
            throw;
        }
        column.TakeCodes(codes);
    }

    private void Derive(ColumnHead head, Span<int> codes)
    {
        var (map, rowShapes, starts) = (head.Map!, Shapes.Codes, Starts(head.Key));
        var parent = head.Parent == ColumnHead.OfShape ? null : ParentOf(head);
        var parentStarts = parent is null ? null : Starts(head.Parent);
        for (var row = 0; row < Rows; row++)
        {
            var at = starts[row];
            if (at == starts[row + 1]) continue;
            var code = parent is null ? rowShapes[row] : parentStarts![row] < parentStarts[row + 1] ? parent.Code(parentStarts[row]) : int.MaxValue;
            if (at + 1 != starts[row + 1] || code >= map.Length) throw Nonsense(ColumnIds.Codes(head.Key), "it does not follow from the column that it is said to follow from.");
            codes[at] = map[code];
        }
    }

    private ColumnBlock ParentOf(ColumnHead head)
    {
        // Whatever the bytes say, following columns upwards ends.
        var above = Heads[head.Parent + 1];
        for (var steps = 0; above is { Encoding: ColumnEncoding.Derived } && above.Parent != ColumnHead.OfShape; steps++)
        {
            if (steps > SegmentFormat.MaxBlockColumns) throw Nonsense(ColumnIds.Codes(head.Key), "it follows from itself.");
            above = Heads[above.Parent + 1];
        }
        return Column(head.Parent);
    }

    private T Missing<T>(int column) => throw Nonsense(column, "it is missing.");

    private SegmentDamagedException Nonsense(int column, string reason) => segment.Damage(number, column, reason);
}
