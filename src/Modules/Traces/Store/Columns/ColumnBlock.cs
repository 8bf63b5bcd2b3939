using System.Buffers;
using System.Text;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>
/// The values of one column of one block, decoded: entries in one arena; the entry of each occurrence when first asked for. Integers are written
/// out as text. Owns the pooled buffers it was decoded from.
/// </summary>
internal sealed class ColumnBlock : IDisposable
{
    private readonly Action<ColumnBlock>? _load;
    private byte[] _arena;
    private readonly bool _isPooled;
    private readonly int _arenaStart;
    private int[] _ends;
    private int[]? _codes;
    private bool? _isAscii;

    /// <param name="entries">Lengths and bytes of the entries; when pooled, returned on disposal.</param>
    /// <param name="loadCodes">Calls <see cref="TakeCodes"/>; null when codes are not needed.</param>
    /// <exception cref="InvalidDataException">The entries contradict themselves.</exception>
    public ColumnBlock(ColumnHead head, byte[] entries, int length, bool isPooled, Action<ColumnBlock>? loadCodes)
    {
        (Head, _arena, _isPooled, _load) = (head, entries, isPooled, loadCodes);
        _ends = ArrayPool<int>.Shared.Rent(head.Entries);
        try
        {
            if (head.Entries > length) throw new InvalidDataException($"{head.Entries} entries do not fit.");
            var reader = new ByteReader(entries.AsSpan(0, length));
            var end = 0;
            for (var i = 0; i < head.Entries; i++) _ends[i] = end += reader.Count(SegmentFormat.MaxChunkBytes);
            _arenaStart = reader.Position;
            _ = reader.Bytes(end);
            reader.End();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>A column of integers.</summary>
    public ColumnBlock(ColumnHead head, ReadOnlySpan<byte> stream)
    {
        (Head, _isPooled) = (head, true);
        if (head.Count > stream.Length) throw new InvalidDataException($"{head.Count} integers do not fit.");
        _ends = ArrayPool<int>.Shared.Rent(head.Count);
        _arena = ArrayPool<byte>.Shared.Rent(head.Count * IntegerStream.LongestText);
        Numbers = new long[head.Count];
        try
        {
            IntegerStream.Read(new ByteReader(stream), Numbers, _arena, _ends);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ColumnHead Head { get; }

    /// <summary>Of a column of integers: the number of each occurrence.</summary>
    public long[]? Numbers { get; }

    /// <summary>Occurrences.</summary>
    public int Count => Head.Count;

    public int Entries => Head.Entries;

    /// <summary>All entries, one after another.</summary>
    public ReadOnlySpan<byte> Arena => _arena.AsSpan(_arenaStart, _ends[Entries - 1]);

    public bool IsAscii => _isAscii ??= Ascii.IsValid(Arena);

    /// <summary>Every occurrence has an entry of its own, at the same index.</summary>
    public bool IsPlain => Head.Encoding is ColumnEncoding.Plain or ColumnEncoding.Integers;

    public bool IsConstant => Head.Encoding == ColumnEncoding.Constant;

    /// <summary>The entry of each occurrence, of columns that are neither plain nor constant.</summary>
    public ReadOnlySpan<int> Codes
    {
        get
        {
            if (_codes is null) _load!(this);
            return _codes.AsSpan(0, Count);
        }
    }

    public int EntryStart(int entry) => entry == 0 ? 0 : _ends[entry - 1];

    public int EntryEnd(int entry) => _ends[entry];

    public ReadOnlySpan<byte> Entry(int entry)
    {
        var start = EntryStart(entry);
        return _arena.AsSpan(_arenaStart + start, _ends[entry] - start);
    }

    /// <summary>The entry whose arena range contains a position.</summary>
    public int EntryAt(int position)
    {
        var found = Array.BinarySearch(_ends, 0, Entries, position);
        if (found < 0) return ~found;
        // The position is where entries end: it belongs to the next one that is not empty.
        while (_ends[found] == position) found++;
        return found;
    }

    public int Code(int occurrence) => IsPlain ? occurrence : IsConstant ? 0 : Codes[occurrence];

    public ReadOnlySpan<byte> Value(int occurrence) => Entry(Code(occurrence));

    /// <summary>Adds the occurrences that have one of the given entries.</summary>
    public void Select(RowSet entries, RowSet occurrences)
    {
        if (IsPlain) occurrences.UnionWith(entries);
        else if (IsConstant)
        {
            if (entries[0]) occurrences.Fill();
        }
        else if (entries.Count() == 1) SelectOne(entries.Next(0), occurrences);
        else
        {
            var codes = Codes;
            for (var i = 0; i < codes.Length; i++)
            {
                if (entries[codes[i]]) occurrences.Add(i);
            }
        }
    }

    /// <summary>Lends an array of <see cref="Count"/> codes or more from the shared pool.</summary>
    public void TakeCodes(int[] codes) => _codes = codes;

    public void Dispose()
    {
        if (_isPooled && _arena is { Length: > 0 }) ArrayPool<byte>.Shared.Return(_arena);
        if (_ends.Length > 0) ArrayPool<int>.Shared.Return(_ends);
        if (_codes is not null) ArrayPool<int>.Shared.Return(_codes);
        (_arena, _ends, _codes) = ([], [], null);
    }

    private void SelectOne(int entry, RowSet occurrences)
    {
        var codes = Codes;
        for (var at = 0; ; at++)
        {
            var next = codes[at..].IndexOf(entry);
            if (next < 0) return;
            occurrences.Add(at += next);
        }
    }
}
