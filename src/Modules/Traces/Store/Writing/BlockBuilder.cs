using Akashi.Traces.Lines;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Filters;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Writing;

/// <summary>Takes the rows of one block in order and hands out its chunks. Reused from block to block.</summary>
internal sealed class BlockBuilder(KeyTable keys, ulong filterSeed, int maxRows)
{
    private readonly ShapeTable _shapes = new(keys);
    private readonly FilterBuilder _filter = new(filterSeed);
    private readonly ParsedLine _parsed = new();
    private readonly List<ColumnBuilder?> _columns = [];
    private readonly List<int> _used = [];
    private readonly List<ulong> _keyHashes = [];
    private readonly ColumnBuilder _raw = new();
    private readonly RowMeta[] _rows = new RowMeta[maxRows];
    private readonly int[] _codes = new int[maxRows];
    private readonly ByteWriter _scratch = new();
    private long _bytes;

    public int Rows { get; private set; }

    public int RawRows => _raw.Count;

    public long MinTime => _rows[0].Time;

    public long MaxTime => _rows[Rows - 1].Time;

    public bool IsFull => Rows == maxRows || _bytes >= SegmentFormat.MaxBlockBytes;

    /// <param name="row">Its time and offset count only for a line that cannot be parsed.</param>
    public void Add(RowMeta row, ReadOnlySpan<byte> line)
    {
        var flags = LineParser.Parse(line, _parsed);
        var code = flags == LineFlags.None ? _shapes.CodeOf(line, _parsed) : ShapeBlock.Raw;
        if (code != ShapeBlock.Raw && !ComesBack(line, _shapes.Shapes[code - 1])) code = ShapeBlock.Raw;
        if (code == ShapeBlock.Raw) _raw.Add(line);
        else AddFields(line, _shapes.Shapes[code - 1]);
        _rows[Rows] = flags == LineFlags.None
            ? row with { Time = _parsed.Time.UnixMilliseconds, OffsetMinutes = _parsed.Time.OffsetMinutes }
            : row with { Flags = row.Flags | flags };
        _codes[Rows++] = code;
        _bytes += line.Length;
    }

    /// <summary>Writes each chunk into one buffer in turn and passes it on.</summary>
    public void Write(ByteWriter buffer, Action<int, (long Min, long Max)?> chunk)
    {
        var rows = _rows.AsSpan(0, Rows);
        TimeColumn.Write(buffer, rows);
        chunk(ColumnIds.Time, null);
        MetaBlock.Write(buffer, rows);
        chunk(ColumnIds.Meta, null);
        ShapeBlock.Write(buffer, _shapes.Shapes, _codes.AsSpan(0, Rows));
        chunk(ColumnIds.Shapes, null);
        if (_raw.Count > 0)
        {
            _ = _raw.Write(buffer);
            chunk(ColumnIds.Raw, null);
            for (var i = 0; i < _raw.Distinct; i++) _filter.AddLine(_raw.Entry(i));
        }
        _used.Sort();
        foreach (var key in _used)
        {
            var column = _columns[key]!;
            chunk(ColumnIds.FirstKey + key, column.Write(buffer));
            for (var i = 0; i < column.Distinct; i++) _filter.AddValue(_keyHashes[key], column.Entry(i));
        }
        buffer.Bytes(_filter.Build());
        chunk(ColumnIds.Filter, null);
    }

    public void Clear()
    {
        foreach (var key in _used) _columns[key]!.Clear();
        _used.Clear();
        _raw.Clear();
        _shapes.Clear();
        _filter.Clear();
        (Rows, _bytes) = (0, 0);
    }

    private void AddFields(ReadOnlySpan<byte> line, Shape shape)
    {
        var ranges = _parsed.Fields;
        for (var i = 0; i < ranges.Length; i++) Column(shape.Fields[i].Key).Add(_parsed.Value(line, ranges[i]));
    }

    private ColumnBuilder Column(int key)
    {
        while (_columns.Count <= key)
        {
            _keyHashes.Add(_filter.KeyHash(keys[_columns.Count]));
            _columns.Add(null);
        }
        var column = _columns[key] ??= new ColumnBuilder();
        if (column.Count == 0) _used.Add(key);
        return column;
    }

    private bool ComesBack(ReadOnlySpan<byte> line, Shape shape)
    {
        _scratch.Clear();
        LineRebuilder.Header(_scratch, _parsed.Time);
        var ranges = _parsed.Fields;
        for (var i = 0; i < ranges.Length; i++)
        {
            LineRebuilder.Field(_scratch, shape.Fields[i], keys[shape.Fields[i].Key], _parsed.Value(line, ranges[i]));
        }
        LineRebuilder.Spaces(_scratch, shape.TrailingSpaces);
        return _scratch.Written.SequenceEqual(line);
    }
}
