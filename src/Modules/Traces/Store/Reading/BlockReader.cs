using System.Buffers;
using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Reading;

/// <summary>One block of a segment; its columns are read when first asked for. One thread uses it; buffers go back on disposal.</summary>
/// <param name="keepsParts">Whether the next question finds what most of them need decoded; not for readers that come by once.</param>
internal sealed class BlockReader(SegmentReader segment, int number, bool keepsParts = false) : IDisposable
{
    private readonly BlockParts? _parts = keepsParts ? segment.Parts : null;
    // Index 0 is the lines kept verbatim, index n + 1 is key n.
    private readonly ColumnBlock?[] _columns = new ColumnBlock?[segment.FoldedKeys.Length + 1];
    private readonly int[]?[] _starts = new int[]?[segment.FoldedKeys.Length + 1];
    private readonly int[]?[] _rowCodes = new int[]?[segment.FoldedKeys.Length + 1];
    private readonly BlockEntry _entry = segment.Directory.Blocks[number];
    private ColumnHead?[]? _heads;
    private int[]? _keys;
    private long[]? _times;
    private bool _isTimesKept;
    private MetaBlock? _meta;
    private ShapeBlock? _shapes;

    public SegmentReader Segment => segment;

    public int Number => number;

    public int Rows => _entry.Rows;

    public bool HasRawRows => _entry.RawRows > 0;

    /// <summary>Unix milliseconds of each row.</summary>
    public ReadOnlySpan<long> Times => (_times ??= ReadTimes()).AsSpan(0, Rows);

    public MetaBlock Meta => _meta ??= segment.Decode(number, ColumnIds.Meta, bytes => MetaBlock.Read(new ByteReader(bytes.Span), Rows, segment.Directory.Batches.Length));

    /// <summary>Keys that this block has a column of.</summary>
    public int[] Keys => _keys ??= [.. Heads.OfType<ColumnHead>().Select(head => head.Key).Where(key => key != ColumnIds.RawKey)];

    public ShapeBlock Shapes => _shapes ??= _parts?.Shapes(number) ?? Keep(segment.Decode(number, ColumnIds.Shapes, ReadShapes));

    private ColumnHead?[] Heads => _heads ??= _parts?.Heads(number) ?? Keep(segment.Decode(number, ColumnIds.Heads, ReadHeads));

    public IEnumerable<int> KeysNamed(byte[] foldedName)
    {
        foreach (var key in Keys)
        {
            if (segment.FoldedKeys[key].AsSpan().SequenceEqual(foldedName)) yield return key;
        }
    }

    public ColumnBlock Column(int key) => _columns[key + 1] ??= Read(HeadOf(key));

    public bool IsRaw(int row) => HasRawRows && Shapes.Codes[row] == ShapeBlock.Raw;

    /// <summary>The line of a row kept verbatim.</summary>
    public ReadOnlySpan<byte> RawLine(int row) => Column(ColumnIds.RawKey).Value(Starts(ColumnIds.RawKey)[row]);

    /// <summary>Adds the rows in which an occurrence of the key has one of the given entries.</summary>
    public void AddRows(int key, RowSet entries, RowSet rows)
    {
        if (entries.IsEmpty) return;
        if (!Repeats(key))
        {
            var codes = RowCodes(key).AsSpan(0, Rows);
            if (entries.Count() == 1)
            {
                rows.AddEqual(codes, entries.Next(0) + 1);
                return;
            }
            var wanted = ArrayPool<bool>.Shared.Rent(Column(key).Entries + 1);
            wanted[0] = false;
            for (var entry = 0; entry < Column(key).Entries; entry++) wanted[entry + 1] = entries[entry];
            rows.AddWhere(codes, wanted);
            ArrayPool<bool>.Shared.Return(wanted);
            return;
        }
        var column = Column(key);
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

    /// <summary>For each row one more than the entry of its first value of the key; 0 where it has none. Behind the last row anything may stand.</summary>
    public int[] RowCodes(int key)
    {
        if (_rowCodes[key + 1] is { } known) return known;
        var array = ArrayPool<int>.Shared.Rent(Rows);
        ReadRowCodes(key, array.AsSpan(0, Rows)); // an array that is not given back after damage is no loss
        return _rowCodes[key + 1] = array;
    }

    private void ReadRowCodes(int key, Span<int> codes)
    {
        var (head, rowShapes, times) = (HeadOf(key), Shapes.Codes, CountsByShape(key));
        switch (head.Encoding)
        {
            case ColumnEncoding.Derived when head.Parent == ColumnHead.OfShape:
                var byShape = new int[times.Length];
                for (var shape = 0; shape < byShape.Length; shape++) byShape[shape] = times[shape] == 0 ? 0 : shape < head.Map!.Length ? head.Map[shape] + 1 : throw NotDerived(head);
                for (var row = 0; row < codes.Length; row++) codes[row] = byShape[rowShapes[row]];
                break;
            case ColumnEncoding.Derived:
                CheckParents(head);
                var (parent, map) = (RowCodes(head.Parent), head.Map!);
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
                var column = Column(key);
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

    /// <summary>For each row, how many values of the key the rows before it have.</summary>
    public int[] Starts(int key)
    {
        if (_starts[key + 1] is { } known) return known;
        var (times, rowShapes) = (CountsByShape(key), Shapes.Codes);
        CheckCount(key, times);
        var starts = new int[Rows + 1];
        for (var row = 0; row < rowShapes.Length; row++) starts[row + 1] = starts[row] + times[rowShapes[row]];
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
            var value = Column(field.Key).Entry(EntryOf(field.Key, row, nth[i]));
            LineRebuilder.Field(to, field, segment.Directory.Keys[field.Key], value);
        }
        LineRebuilder.Spaces(to, shape.TrailingSpaces);
    }

    /// <summary>Some row has the key more than once, or lines kept verbatim may.</summary>
    private bool Repeats(int key) => key != ColumnIds.RawKey && Array.Exists(CountsByShape(key), times => times > 1);

    /// <summary>For each code of a shape how often the key stands in it.</summary>
    private int[] CountsByShape(int key)
    {
        var shapes = Shapes.Shapes;
        var times = new int[shapes.Length + 1];
        if (key == ColumnIds.RawKey) times[ShapeBlock.Raw] = 1;
        else for (var i = 0; i < shapes.Length; i++) times[i + 1] = shapes[i].CountOf(key);
        return times;
    }

    /// <summary>Else a line could come back with another's value.</summary>
    private void CheckCount(int key, int[] times)
    {
        var found = 0L;
        foreach (var shape in Shapes.Codes) found += times[shape];
        if (HeadOf(key).Count != found) throw Nonsense(ColumnIds.Entries(key), $"it has {HeadOf(key).Count} values where the shapes ask for {found}.");
    }

    /// <summary>The entry of a value without decoding those of all rows where that is not needed.</summary>
    private int EntryOf(int key, int row, int nth)
    {
        var head = HeadOf(key);
        if (head.Encoding != ColumnEncoding.Derived) return Column(key).Code(Starts(key)[row] + nth);
        if (_rowCodes[key + 1] is { } codes) return codes[row] - 1;
        CheckParents(head);
        if (head.Parent != ColumnHead.OfShape && Shapes.Of(row)!.CountOf(head.Parent) != 1) throw NotDerived(head);
        var code = head.Parent == ColumnHead.OfShape ? Shapes.Codes[row] : EntryOf(head.Parent, row, 0);
        return nth == 0 && code < head.Map!.Length ? head.Map[code] : throw NotDerived(head);
    }

    public void Dispose()
    {
        foreach (var column in _columns) column?.Dispose();
        if (_times is not null && !_isTimesKept) ArrayPool<long>.Shared.Return(_times);
        _times = null;
        foreach (ref var codes in _rowCodes.AsSpan())
        {
            if (codes is not null) ArrayPool<int>.Shared.Return(codes);
            codes = null;
        }
    }

    private ShapeBlock Keep(ShapeBlock shapes)
    {
        _ = _parts?.TryKeep(ref _parts.Shapes(number), shapes, sizeof(int) * (Rows + 64 * shapes.Shapes.Length));
        return shapes;
    }

    private ColumnHead?[] Keep(ColumnHead?[] heads)
    {
        _ = _parts?.TryKeep(ref _parts.Heads(number), heads, 8 * heads.Length + heads.Sum(head => head is null ? 0 : 64 + sizeof(int) * (head.Map?.Length ?? 0)));
        return heads;
    }

    private long[] ReadTimes()
    {
        if (_parts?.Times(number) is { } known)
        {
            _isTimesKept = true;
            return known;
        }
        var times = ArrayPool<long>.Shared.Rent(Rows);
        segment.Decode(number, ColumnIds.Time, bytes =>
        {
            TimeColumn.Read(new ByteReader(bytes.Span), times.AsSpan(0, Rows), _entry.MinTime, _entry.MaxTime);
            return true;
        });
        // An array that is kept never goes back to the pool.
        _isTimesKept = _parts?.TryKeep(ref _parts.Times(number), times, sizeof(long) * times.Length) == true;
        return times;
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
        var at = 0;
        foreach (var code in RowCodes(head.Key).AsSpan(0, Rows))
        {
            if (code == 0) continue;
            if (at == codes.Length) throw NotDerived(head);
            codes[at++] = code - 1;
        }
        if (at != codes.Length) throw NotDerived(head);
    }

    /// <summary>Whatever the bytes say, following columns upwards ends.</summary>
    private void CheckParents(ColumnHead head)
    {
        var above = head;
        for (var steps = 0; above.Encoding == ColumnEncoding.Derived && above.Parent != ColumnHead.OfShape; steps++)
        {
            if (steps > SegmentFormat.MaxBlockColumns) throw Nonsense(ColumnIds.Codes(head.Key), "it follows from itself.");
            above = HeadOf(above.Parent);
        }
    }

    private ColumnHead HeadOf(int key) => Heads[key + 1] ?? Missing<ColumnHead>(ColumnIds.Entries(key));

    private SegmentDamagedException NotDerived(ColumnHead head) => Nonsense(ColumnIds.Codes(head.Key), "it does not follow from the column that it is said to follow from.");

    private T Missing<T>(int column) => throw Nonsense(column, "it is missing.");

    private SegmentDamagedException Nonsense(int column, string reason) => segment.Damage(number, column, reason);
}
