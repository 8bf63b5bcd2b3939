using System.Buffers;
using System.Text;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>The distinct values of one column of one block: entries in one arena. Owns the pooled buffers it was decoded from; without such it may serve several readers at once.</summary>
internal sealed class ColumnValues : IDisposable
{
    private readonly int _start;
    private readonly bool _isPooled;
    private byte[] _arena;
    private int[] _ends;
    private bool? _isAscii;

    /// <param name="encoded">Lengths and bytes of the entries; when pooled, returned on disposal.</param>
    /// <exception cref="InvalidDataException">The entries contradict themselves.</exception>
    public ColumnValues(int entries, byte[] encoded, int length, bool isPooled)
    {
        (Entries, _arena, _isPooled) = (entries, encoded, isPooled);
        if (entries > length) throw new InvalidDataException($"{entries} entries do not fit.");
        _ends = isPooled ? ArrayPool<int>.Shared.Rent(entries) : new int[entries];
        try
        {
            var reader = new ByteReader(encoded.AsSpan(0, length));
            var end = 0;
            for (var i = 0; i < entries; i++) _ends[i] = end += reader.Count(SegmentFormat.MaxChunkBytes);
            _start = reader.Position;
            _ = reader.Bytes(end);
            reader.End();
            if (!isPooled) _isAscii = Ascii.IsValid(Arena); // known before others read it
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Integers, written out.</summary>
    public ColumnValues(long[] numbers)
    {
        (Entries, _isPooled, _isAscii) = (numbers.Length, true, true);
        _ends = ArrayPool<int>.Shared.Rent(numbers.Length);
        _arena = ArrayPool<byte>.Shared.Rent(numbers.Length * IntegerStream.LongestText);
        var end = 0;
        for (var i = 0; i < numbers.Length; i++) _ends[i] = end += IntegerStream.Print(numbers[i], _arena.AsSpan(end));
    }

    public int Entries { get; }

    /// <summary>All entries, one after another.</summary>
    public ReadOnlySpan<byte> Arena => _arena.AsSpan(_start, _ends[Entries - 1]);

    public bool IsAscii => _isAscii ??= Ascii.IsValid(Arena);

    public int Start(int entry) => entry == 0 ? 0 : _ends[entry - 1];

    public int End(int entry) => _ends[entry];

    public ReadOnlySpan<byte> this[int entry]
    {
        get
        {
            var start = Start(entry);
            return _arena.AsSpan(_start + start, _ends[entry] - start);
        }
    }

    /// <summary>The entry whose arena range contains a position.</summary>
    public int At(int position)
    {
        var found = Array.BinarySearch(_ends, 0, Entries, position);
        if (found < 0) return ~found;
        // The position is where entries end: it belongs to the next one that is not empty.
        while (_ends[found] == position) found++;
        return found;
    }

    public void Dispose()
    {
        if (!_isPooled) return;
        if (_arena.Length > 0) ArrayPool<byte>.Shared.Return(_arena);
        if (_ends.Length > 0) ArrayPool<int>.Shared.Return(_ends);
        (_arena, _ends) = ([], []);
    }
}
