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
    /// <summary>So many entries are looked for one after another, more in a table of all.</summary>
    private const int MostCompared = 8;

    /// <summary>Of the values of a column; larger ones are read anew.</summary>
    private const int MostKeptBytes = 16 << 10;

    /// <summary>Unpacking so much takes longer than handing it to another processor.</summary>
    private const int LongBytes = 128 << 10;

    private readonly BlockParts? _parts = keepsParts ? segment.Parts : null;
    // Index 0 is the lines kept verbatim, index n + 1 is key n.
    private readonly ColumnBlock?[] _columns = new ColumnBlock?[segment.FoldedKeys.Length + 1];
    private readonly BlockEntry _entry = segment.Directory.Blocks[number];
    private Dictionary<int, Task<byte[]>>? _coming; // by key
    private ColumnHead?[]? _heads;
    private int[]? _keys;
    private BlockTimes? _times;
    private bool _isTimesKept;
    private RowEntries? _entries;
    private MetaBlock? _meta;
    private ShapeBlock? _shapes;

    public SegmentReader Segment => segment;

    public int Number => number;

    public int Rows => _entry.Rows;

    public bool HasRawRows => _entry.RawRows > 0;

    public BlockTimes Times => _times ??= ReadTimes();

    public MetaBlock Meta => _meta ??= _parts?.Meta(number) ?? Keep(segment.Decode(number, ColumnIds.Meta, bytes => MetaBlock.Read(new ByteReader(bytes.Span), Rows, segment.Directory.Batches.Length)));

    /// <summary>Keys that this block has a column of.</summary>
    public int[] Keys => _keys ??= [.. Heads.OfType<ColumnHead>().Select(head => head.Key).Where(key => key != ColumnIds.RawKey)];

    public ShapeBlock Shapes => _shapes ??= _parts?.Shapes(number) ?? Keep(segment.Decode(number, ColumnIds.Shapes, ReadShapes));

    /// <summary>Which row has which values.</summary>
    public RowEntries Entries => _entries ??= new RowEntries(this, segment.FoldedKeys.Length);

    private ColumnHead?[] Heads => _heads ??= _parts?.Heads(number) ?? Keep(segment.Decode(number, ColumnIds.Heads, ReadHeads));

    public IEnumerable<int> KeysNamed(byte[] foldedName)
    {
        foreach (var key in segment.KeysNamed(foldedName))
        {
            if (Heads[key + 1] is not null) yield return key;
        }
    }

    public ColumnHead HeadOf(int key) => Heads[key + 1] ?? throw segment.Damage(number, ColumnIds.Entries(key), "it is missing.");

    public ColumnBlock Column(int key) => _columns[key + 1] ??= Read(HeadOf(key));

    public bool IsRaw(int row) => HasRawRows && Shapes.Codes[row] == ShapeBlock.Raw;

    /// <summary>The line of a row kept verbatim.</summary>
    public ReadOnlySpan<byte> RawLine(int row) => Column(ColumnIds.RawKey).Value(Entries.Starts(ColumnIds.RawKey)[row]);

    /// <summary>Adds the rows in which an occurrence of the key has one of the given entries.</summary>
    public void AddRows(int key, RowSet entries, RowSet rows)
    {
        if (entries.IsEmpty) return;
        if (KeptCodes(key) is not null || !Entries.Repeat(key))
        {
            var codes = Entries.First(key).AsSpan(0, Rows);
            if (entries.Count() <= MostCompared)
            {
                for (var entry = entries.Next(0); entry >= 0; entry = entries.Next(entry + 1)) rows.AddEqual(codes, (ushort)(entry + 1));
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
        var starts = Entries.Starts(key);
        var row = 0;
        for (var at = found.Next(0); at >= 0; at = at + 1 == column.Count ? -1 : found.Next(at + 1))
        {
            while (starts[row + 1] <= at) row++;
            rows.Add(row);
        }
    }

    /// <summary>Begins to unpack the long columns of rows whose lines will be asked for, while this thread goes on with the short ones.</summary>
    public void Prefetch(IEnumerable<int> rows)
    {
        foreach (var key in rows.Select(Shapes.Of).OfType<Shape>().Distinct().SelectMany(shape => shape.Fields.Select(field => field.Key)).Distinct())
        {
            if (HeadOf(key) is { Inline: null, Encoding: not ColumnEncoding.Integers } && segment.Chunk(number, ColumnIds.Entries(key)) is { Decoded: > LongBytes } chunk)
                (_coming ??= []).Add(key, Task.Run(() => segment.Read(number, chunk)));
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
            var value = Column(field.Key).Entry(Entries.Of(field.Key, row, nth[i]));
            LineRebuilder.Field(to, field, segment.Directory.Keys[field.Key], value);
        }
        LineRebuilder.Spaces(to, shape.TrailingSpaces);
    }

    /// <summary>What <see cref="KeepCodes"/> kept; only of keys that no row has twice.</summary>
    public byte[]? KeptCodes(int key) => _parts?.Codes(number, key);

    /// <summary>Keeps the codes of <see cref="RowEntries.First"/> for the next question, if they are small and no row has more of the key.</summary>
    public void KeepCodes(int key, ReadOnlySpan<ushort> codes)
    {
        if (_parts is null || HeadOf(key).Entries > byte.MaxValue || Entries.Repeat(key)) return;
        var kept = new byte[codes.Length];
        CodeWidths.Narrow(codes, kept);
        _parts.KeepCodes(number, key, kept);
    }

    public void Dispose()
    {
        // None is left unless a row could not be read. The file must not be closed under them.
        if (_coming?.Count > 0) ((Task)Task.WhenAll(_coming.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        foreach (var column in _columns) column?.Dispose();
        if (!_isTimesKept) _times?.Dispose();
        _times = null;
        _entries?.Dispose();
        _entries = null;
    }

    private MetaBlock Keep(MetaBlock meta)
    {
        _ = _parts?.TryKeep(ref _parts.Meta(number), meta, meta.Bytes);
        return meta;
    }

    private ShapeBlock Keep(ShapeBlock shapes)
    {
        _ = _parts?.TryKeep(ref _parts.Shapes(number), shapes, sizeof(ushort) * Rows + shapes.Shapes.Sum(shape => 64 + 16 * shape.Fields.Length));
        return shapes;
    }

    private ColumnHead?[] Keep(ColumnHead?[] heads)
    {
        _ = _parts?.TryKeep(ref _parts.Heads(number), heads, 8 * heads.Length + heads.Sum(head => head is null ? 0 : 64 + sizeof(int) * (head.Map?.Length ?? 0)));
        return heads;
    }

    private BlockTimes ReadTimes()
    {
        if (_parts?.Times(number) is { } known)
        {
            _isTimesKept = true;
            return known;
        }
        var times = segment.Decode(number, ColumnIds.Time, bytes => new BlockTimes(new ByteReader(bytes.Span), Rows, _entry.MinTime, _entry.MaxTime));
        // What is kept never goes back to the pool.
        _isTimesKept = _parts?.TryKeep(ref _parts.Times(number), times, times.Bytes) == true;
        return times;
    }

    private ShapeBlock ReadShapes(ReadOnlyMemory<byte> bytes)
    {
        var shapes = ShapeBlock.Read(new ByteReader(bytes.Span), Rows, segment.FoldedKeys.Length);
        if (shapes.Rows[ShapeBlock.Raw] != _entry.RawRows) throw new InvalidDataException($"the directory tells of {_entry.RawRows} raw rows.");
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
        return new ColumnBlock(head, _parts?.Values(number, head.Key) ?? ReadValues(head), LoadCodes);
    }

    private ColumnValues ReadValues(ColumnHead head)
    {
        if (head.Inline is { } inline) return Keep(head, segment.Part(number, ColumnIds.Entries(head.Key), () => new ColumnValues(head.Entries, inline, inline.Length, isPooled: false)), inline.Length);
        var chunk = segment.Chunk(number, ColumnIds.Entries(head.Key));
        var bytes = _coming is not null && _coming.Remove(head.Key, out var coming) ? coming.GetAwaiter().GetResult() : segment.Read(number, chunk);
        if (_parts is null || head.Entries > byte.MaxValue || chunk.Decoded > MostKeptBytes)
            return segment.Part(number, chunk.Column, () => new ColumnValues(head.Entries, bytes, chunk.Decoded, isPooled: true));
        var own = bytes.AsSpan(0, chunk.Decoded).ToArray();
        ArrayPool<byte>.Shared.Return(bytes);
        return Keep(head, segment.Part(number, chunk.Column, () => new ColumnValues(head.Entries, own, own.Length, isPooled: false)), own.Length);
    }

    private ColumnValues Keep(ColumnHead head, ColumnValues values, int length)
    {
        _parts?.KeepValues(number, head.Key, values, 128 + length + sizeof(int) * head.Entries);
        return values;
    }

    private void LoadCodes(ColumnBlock column)
    {
        var head = column.Head;
        var codes = ArrayPool<int>.Shared.Rent(head.Count);
        try
        {
            if (head.Encoding == ColumnEncoding.Derived) Entries.Derive(head, codes.AsSpan(0, head.Count));
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
}
