using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>
/// The values of one column of one block, decoded: entries in one arena and the entry of each occurrence. Integers are written out as text.
/// Owns the pooled buffer it was decoded from.
/// </summary>
internal sealed class ColumnBlock : IDisposable
{
    private const int LongestInteger = 20;
    private byte[] _chunk;
    private byte[]? _text;
    private int[] _ends = [];
    private int _arenaStart;
    private int _codesStart;
    private int _codeWidth;
    private bool? _isAscii;

    /// <param name="chunk">From the shared array pool; returned there on disposal.</param>
    /// <exception cref="InvalidDataException">The chunk contradicts itself.</exception>
    public ColumnBlock(byte[] chunk, int length)
    {
        _chunk = chunk;
        try
        {
            Decode(new ByteReader(chunk.AsSpan(0, length)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Occurrences.</summary>
    public int Count { get; private set; }

    public int Entries { get; private set; }

    /// <summary>All entries, one after another.</summary>
    public ReadOnlySpan<byte> Arena => (_text ?? _chunk).AsSpan(_arenaStart, Entries == 0 ? 0 : _ends[Entries - 1]);

    public bool IsAscii => _isAscii ??= Ascii.IsValid(Arena);

    public int EntryStart(int entry) => entry == 0 ? 0 : _ends[entry - 1];

    public int EntryEnd(int entry) => _ends[entry];

    public ReadOnlySpan<byte> Entry(int entry)
    {
        var start = EntryStart(entry);
        return (_text ?? _chunk).AsSpan(_arenaStart + start, _ends[entry] - start);
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

    /// <summary>Every occurrence has an entry of its own, at the same index.</summary>
    public bool IsPlain => _codeWidth < 0;

    public int Code(int occurrence) => _codeWidth switch
    {
        < 0 => occurrence,
        0 => 0,
        1 => _chunk[_codesStart + occurrence],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(_chunk.AsSpan(_codesStart + occurrence * 2)),
        _ => BinaryPrimitives.ReadInt32LittleEndian(_chunk.AsSpan(_codesStart + occurrence * 4)),
    };

    /// <summary>Adds the occurrences that have one of the given entries.</summary>
    public void Select(RowSet entries, RowSet occurrences)
    {
        switch (_codeWidth)
        {
            case < 0:
                occurrences.UnionWith(entries);
                break;
            case 0:
                if (entries[0]) occurrences.Fill();
                break;
            case 1:
                var codes = _chunk.AsSpan(_codesStart, Count);
                for (var i = 0; i < codes.Length; i++)
                {
                    if (entries[codes[i]]) occurrences.Add(i);
                }
                break;
            default:
                for (var i = 0; i < Count; i++)
                {
                    if (entries[Code(i)]) occurrences.Add(i);
                }
                break;
        }
    }

    public ReadOnlySpan<byte> Value(int occurrence) => Entry(Code(occurrence));

    public void Dispose()
    {
        if (_chunk.Length > 0) ArrayPool<byte>.Shared.Return(_chunk);
        if (_text is not null) ArrayPool<byte>.Shared.Return(_text);
        if (_ends.Length > 0) ArrayPool<int>.Shared.Return(_ends);
        (_chunk, _text, _ends, Count, Entries) = ([], null, [], 0, 0);
    }

    private void Decode(ByteReader reader)
    {
        var encoding = (ColumnEncoding)reader.Byte();
        Count = reader.Count((long)SegmentFormat.MaxBlockRows * LineParser.MaxFields); // a constant column needs no bytes for a code
        switch (encoding)
        {
            case ColumnEncoding.Plain:
                Entries = Count;
                _codeWidth = -1;
                DecodeEntries(ref reader);
                break;
            case ColumnEncoding.Dictionary:
                Entries = reader.Count(Count);
                DecodeEntries(ref reader);
                DecodeCodes(ref reader);
                break;
            case ColumnEncoding.Integers:
                Entries = Count;
                _codeWidth = -1;
                DecodeIntegers(ref reader);
                break;
            default:
                throw new InvalidDataException($"encoding {(byte)encoding} is unknown.");
        }
        reader.End();
    }

    private void DecodeEntries(ref ByteReader reader)
    {
        if (Entries > reader.Remaining) throw new InvalidDataException($"{Entries} entries do not fit.");
        _ends = ArrayPool<int>.Shared.Rent(Entries + 1);
        var end = 0;
        for (var i = 0; i < Entries; i++)
        {
            end += reader.Count(SegmentFormat.MaxChunkBytes);
            _ends[i] = end;
        }
        _arenaStart = reader.Position;
        _ = reader.Bytes(end);
    }

    private void DecodeCodes(ref ByteReader reader)
    {
        _codeWidth = reader.Byte();
        if (_codeWidth is not (0 or 1 or 2 or 4)) throw new InvalidDataException($"code width {_codeWidth} is unknown.");
        _codesStart = reader.Position;
        _ = reader.Bytes(checked(_codeWidth * Count));
        if (Count > 0 && Entries == 0) throw new InvalidDataException("codes without entries.");
        for (var i = 0; i < Count && _codeWidth > 0; i++)
        {
            if ((uint)Code(i) >= (uint)Entries) throw new InvalidDataException($"code {Code(i)} has no entry.");
        }
    }

    private void DecodeIntegers(ref ByteReader reader)
    {
        if (Count > reader.Remaining) throw new InvalidDataException($"{Count} integers do not fit.");
        _ends = ArrayPool<int>.Shared.Rent(Count + 1);
        _text = ArrayPool<byte>.Shared.Rent(Count * LongestInteger + 1);
        var (number, end) = (0L, 0);
        for (var i = 0; i < Count; i++)
        {
            number = unchecked(number + reader.Signed());
            _ = Utf8Formatter.TryFormat(number, _text.AsSpan(end), out var written);
            _ends[i] = end += written;
        }
    }
}
