using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Reading;

/// <summary>One block of a segment; its columns are read when first asked for. One thread uses it; buffers go back on disposal.</summary>
internal sealed class BlockReader(SegmentReader segment, int number) : IDisposable
{
    private readonly ColumnBlock?[] _columns = new ColumnBlock?[segment.FoldedKeys.Length];
    private readonly int[]?[] _starts = new int[]?[segment.FoldedKeys.Length + 1];
    private readonly BlockEntry _entry = segment.Directory.Blocks[number];
    private ColumnBlock? _raw;
    private long[]? _times;
    private MetaBlock? _meta;
    private ShapeBlock? _shapes;

    public SegmentReader Segment => segment;

    public int Number => number;

    public int Rows => _entry.Rows;

    public bool HasRawRows => _entry.RawRows > 0;

    /// <summary>Unix milliseconds of each row, ascending.</summary>
    public long[] Times => _times ??= segment.Decode(number, ColumnIds.Time, bytes => TimeColumn.Read(new ByteReader(bytes.Span), Rows, _entry.MinTime, _entry.MaxTime));

    public MetaBlock Meta => _meta ??= segment.Decode(number, ColumnIds.Meta, bytes => MetaBlock.Read(new ByteReader(bytes.Span), Rows, segment.Directory.Batches.Length));

    /// <summary>Keys that this block has a column of.</summary>
    public IEnumerable<int> Keys => _entry.Chunks.Where(chunk => chunk.Column >= ColumnIds.FirstKey).Select(chunk => chunk.Column - ColumnIds.FirstKey);

    public IEnumerable<int> KeysNamed(byte[] foldedName) => Keys.Where(key => segment.FoldedKeys[key].AsSpan().SequenceEqual(foldedName));

    public ShapeBlock Shapes => _shapes ??= segment.Decode(number, ColumnIds.Shapes, ReadShapes);

    public ColumnBlock Raw => _raw ??= Checked(ColumnIds.Raw, _entry.RawRows);

    public ColumnBlock Column(int key) => _columns[key] ??= Checked(ColumnIds.FirstKey + key, Starts(key)[Rows]);

    public bool IsRaw(int row) => HasRawRows && Shapes.Codes[row] == ShapeBlock.Raw;

    /// <summary>The line of a row kept verbatim.</summary>
    public ReadOnlySpan<byte> RawLine(int row) => Raw.Value(RawStarts()[row]);

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
        var starts = Starts(key);
        for (var row = 0; row < Rows; row++)
        {
            for (var i = starts[row]; i < starts[row + 1]; i++)
            {
                if (entries[column.Code(i)]) rows.Add(row);
            }
        }
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

    public void Dispose()
    {
        foreach (var column in _columns) column?.Dispose();
        _raw?.Dispose();
    }

    private ShapeBlock ReadShapes(ReadOnlyMemory<byte> bytes)
    {
        var shapes = ShapeBlock.Read(new ByteReader(bytes.Span), Rows, segment.FoldedKeys.Length);
        if (shapes.Codes.AsSpan().Count(ShapeBlock.Raw) != _entry.RawRows) throw new InvalidDataException($"the directory tells of {_entry.RawRows} raw rows.");
        return shapes;
    }

    /// <summary>The column, if it has as many values as the shapes ask for: else a line could come back with another's value.</summary>
    private ColumnBlock Checked(int columnId, int count)
    {
        if (_entry.Find(columnId) is not { } chunk) return segment.Part<ColumnBlock>(number, columnId, () => throw new InvalidDataException("it is missing."));
        var column = segment.Column(number, chunk);
        var found = column.Count;
        if (found == count) return column;
        column.Dispose();
        return segment.Part<ColumnBlock>(number, columnId, () => throw new InvalidDataException($"it has {found} values where the shapes ask for {count}."));
    }

    private bool IsOncePerRow(int key)
    {
        if (HasRawRows || Column(key).Count != Rows) return false;
        foreach (var shape in Shapes.Shapes)
        {
            if (shape.CountOf(key) != 1) return false;
        }
        return true;
    }

    private int[] Starts(int key)
    {
        if (_starts[key] is { } known) return known;
        var shapes = Shapes;
        var times = new int[shapes.Shapes.Length + 1];
        for (var i = 0; i < shapes.Shapes.Length; i++) times[i + 1] = shapes.Shapes[i].CountOf(key);
        return _starts[key] = Sums(shapes.Codes, times);
    }

    private int[] RawStarts()
    {
        if (_starts[^1] is { } known) return known;
        var times = new int[Shapes.Shapes.Length + 1];
        times[ShapeBlock.Raw] = 1;
        return _starts[^1] = Sums(Shapes.Codes, times);
    }

    /// <summary>For each row, how many values the rows before it have.</summary>
    private static int[] Sums(int[] codes, int[] times)
    {
        var starts = new int[codes.Length + 1];
        for (var row = 0; row < codes.Length; row++) starts[row + 1] = starts[row] + times[codes[row]];
        return starts;
    }
}
