using Akashi.Traces.Lines;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Writing;

/// <summary>Takes the rows of one block in order and hands out its chunks. Reused from block to block.</summary>
internal sealed class BlockBuilder(KeyTable keys, int maxRows)
{
    private const int FewIntegers = 64;
    private readonly ShapeTable _shapes = new(keys);
    private readonly ParsedLine _parsed = new();
    private readonly List<ColumnBuilder?> _columns = [];
    private readonly List<int> _used = [];
    private readonly ColumnBuilder _raw = new();
    private readonly Derivation _derivation = new();
    private readonly RowMeta[] _rows = new RowMeta[maxRows];
    private readonly int[] _codes = new int[maxRows];
    private readonly ByteWriter _entries = new();
    private readonly ByteWriter _heads = new();

    /// <summary>Bytes of the lines added; of those from other segments without the doubling of quotes.</summary>
    public long LineBytes { get; private set; }

    /// <summary>Changes whenever the builder is emptied.</summary>
    public int Generation { get; private set; }

    public int Rows { get; private set; }

    public int RawRows => _raw.Count;

    /// <summary>Distinct lines kept verbatim.</summary>
    public ColumnBuilder Raw => _raw;

    /// <summary>Keys that the block has values of.</summary>
    public IReadOnlyList<int> Keys => _used;

    public bool IsFull => Rows == maxRows || LineBytes >= SegmentFormat.MaxBlockBytes;

    public ColumnBuilder ColumnOf(int key) => _columns[key]!;

    public (long Min, long Max) Times()
    {
        var (min, max) = (long.MaxValue, long.MinValue);
        foreach (ref readonly var row in _rows.AsSpan(0, Rows)) (min, max) = (Math.Min(min, row.Time), Math.Max(max, row.Time));
        return (min, max);
    }

    /// <param name="fields">Of a line that was parsed.</param>
    public void Add(in RowMeta row, ReadOnlySpan<byte> line, ReadOnlySpan<FieldRange> fields)
    {
        var code = (row.Flags & LineFlags.Unparsed) == 0 && EventTime.ComesBack(line) ? _shapes.CodeOf(line, fields) : ShapeBlock.Raw;
        if (code == ShapeBlock.Raw) _raw.Add(line);
        else AddFields(line, fields, _shapes.Shapes[code - 1]);
        _rows[Rows] = row;
        _codes[Rows++] = code;
        LineBytes += line.Length;
    }

    /// <summary>Adds a row of another segment line by line, where that cannot be done column by column.</summary>
    public void Add(in RowMeta row, ReadOnlySpan<byte> line) => Add(row, line, LineParser.Parse(line, _parsed) == LineFlags.None ? _parsed.Fields : []);

    /// <summary>Adds the current row of a block of another segment, column by column.</summary>
    /// <returns>False when the row is kept verbatim, or must be.</returns>
    public bool TryAdd(in RowMeta row, BlockRows from)
    {
        if (from.ShapeIn(_shapes, Generation) is not { } code) return false;
        var shape = _shapes.Shapes[code - 1];
        LineBytes += _shapes.FrameOf(code);
        for (var i = 0; i < shape.Fields.Length; i++)
        {
            var key = shape.Fields[i].Key;
            LineBytes += from.MoveValue(i, Column(key), Generation);
        }
        _rows[Rows] = row;
        _codes[Rows++] = code;
        return true;
    }

    /// <summary>Writes each chunk into one buffer in turn and passes it on.</summary>
    public void Write(ByteWriter buffer, Action<int, IntegerRanges?> chunk)
    {
        var rows = _rows.AsSpan(0, Rows);
        TimeColumn.Write(buffer, rows);
        chunk(ColumnIds.Time, null);
        MetaBlock.Write(buffer, rows);
        chunk(ColumnIds.Meta, null);
        ShapeBlock.Write(buffer, _shapes.Shapes, _codes.AsSpan(0, Rows));
        chunk(ColumnIds.Shapes, null);
        if (_raw.Count > 0) WriteColumn(ColumnIds.RawKey, _raw, null, buffer, chunk);
        _used.Sort();
        _derivation.Begin(_used, ColumnOf, _shapes.Shapes);
        foreach (var key in _used) WriteColumn(key, ColumnOf(key), _derivation, buffer, chunk);
        buffer.Bytes(_heads.Written);
        chunk(ColumnIds.Heads, null);
        _heads.Clear();
    }

    public void Clear()
    {
        foreach (var key in _used) _columns[key]!.Clear();
        _used.Clear();
        _raw.Clear();
        _shapes.Clear();
        (Rows, LineBytes) = (0, 0);
        Generation++;
    }

    private void WriteColumn(int key, ColumnBuilder column, Derivation? derivation, ByteWriter buffer, Action<int, IntegerRanges?> chunk)
    {
        var derived = column.Distinct == 1 ? null : derivation?.Find(key, _codes.AsSpan(0, Rows), _shapes.Shapes.Count);
        var integers = derived is null && column.Distinct > FewIntegers && !Derivation.HasCodes(column) ? column.Integers() : null;
        var encoding = column.Distinct == 1 ? ColumnEncoding.Constant
            : derived is not null ? ColumnEncoding.Derived
            : integers is not null ? ColumnEncoding.Integers
            : column.Distinct == column.Count ? ColumnEncoding.Plain
            : ColumnEncoding.Dictionary;
        byte[]? inline = null;
        if (integers is null)
        {
            _entries.Clear();
            column.WriteEntries(_entries);
            if (_entries.Length <= ColumnHead.InlineBelow) inline = _entries.Written.ToArray();
            else
            {
                buffer.Bytes(_entries.Written);
                chunk(ColumnIds.Entries(key), null);
            }
        }
        if (encoding == ColumnEncoding.Dictionary)
        {
            CodeStream.Write(buffer, column.Codes, column.Distinct);
            chunk(ColumnIds.Codes(key), null);
        }
        else if (integers is not null)
        {
            chunk(ColumnIds.Codes(key), IntegerStream.Write(buffer, column.Codes, integers));
        }
        new ColumnHead(key, encoding, column.Count, column.Distinct, derived?.Parent ?? 0, derived?.Map, inline).Write(_heads);
    }

    private void AddFields(ReadOnlySpan<byte> line, ReadOnlySpan<FieldRange> fields, Shape shape)
    {
        for (var i = 0; i < fields.Length; i++) Column(shape.Fields[i].Key).Add(_parsed.Value(line, fields[i]));
    }

    private ColumnBuilder Column(int key)
    {
        while (_columns.Count <= key) _columns.Add(null);
        var column = _columns[key] ??= new ColumnBuilder();
        if (column.Count == 0) _used.Add(key);
        return column;
    }
}
