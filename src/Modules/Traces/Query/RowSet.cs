using System.Numerics;
using System.Runtime.Intrinsics;

namespace Akashi.Traces.Query;

/// <summary>A set of row (or entry) numbers below a bound, one bit each.</summary>
internal sealed class RowSet(int size)
{
    private readonly ulong[] _bits = new ulong[(size + 63) / 64];

    public int Size { get; } = size;

    public bool IsEmpty => !_bits.AsSpan().ContainsAnyExcept(0UL);

    public bool this[int row] => (_bits[row >> 6] >> (row & 63) & 1) != 0;

    public void Add(int row) => _bits[row >> 6] |= 1UL << (row & 63);

    public void Remove(int row) => _bits[row >> 6] &= ~(1UL << (row & 63));

    public void Clear() => Array.Clear(_bits);

    public void Fill()
    {
        Array.Fill(_bits, ulong.MaxValue);
        Trim();
    }

    /// <summary>Adds the rows that have the code; there is one for each row.</summary>
    public void AddEqual(ReadOnlySpan<ushort> codes, ushort wanted)
    {
        var pattern = Vector256.Create(wanted);
        for (var start = 0; start < codes.Length; start += 64)
        {
            var some = codes.Slice(start, Math.Min(64, codes.Length - start));
            var (word, i) = (0UL, 0);
            for (; i <= some.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
                word |= (ulong)Vector256.Equals(Vector256.Create(some[i..]), pattern).ExtractMostSignificantBits() << i;
            for (; i < some.Length; i++) word |= (some[i] == wanted ? 1UL : 0UL) << i;
            _bits[start >> 6] |= word;
        }
    }

    /// <summary>Adds the rows whose code is wanted; there is a code for each row.</summary>
    public void AddWhere(ReadOnlySpan<ushort> codes, ReadOnlySpan<bool> wanted)
    {
        for (var start = 0; start < codes.Length; start += 64)
        {
            var some = codes.Slice(start, Math.Min(64, codes.Length - start));
            var word = 0UL;
            for (var i = 0; i < some.Length; i++) word |= (wanted[some[i]] ? 1UL : 0UL) << i;
            _bits[start >> 6] |= word;
        }
    }

    /// <summary>Removes the rows from one to before another.</summary>
    public void Remove(int start, int end)
    {
        if (start >= end) return;
        var (first, last) = (start >> 6, (end - 1) >> 6);
        var (before, behind) = ((1UL << (start & 63)) - 1, ~(ulong.MaxValue >> (63 - ((end - 1) & 63))));
        if (first == last)
        {
            _bits[first] &= before | behind;
            return;
        }
        _bits[first] &= before;
        _bits.AsSpan(first + 1, last - first - 1).Clear();
        _bits[last] &= behind;
    }

    public void IntersectWith(RowSet other)
    {
        for (var i = 0; i < _bits.Length; i++) _bits[i] &= other._bits[i];
    }

    public void UnionWith(RowSet other)
    {
        for (var i = 0; i < _bits.Length; i++) _bits[i] |= other._bits[i];
    }

    public void Complement()
    {
        for (var i = 0; i < _bits.Length; i++) _bits[i] = ~_bits[i];
        Trim();
    }

    public int Count()
    {
        var count = 0;
        foreach (var word in _bits) count += BitOperations.PopCount(word);
        return count;
    }

    /// <returns>The next member at or after <paramref name="from"/>, or −1.</returns>
    public int Next(int from)
    {
        for (var i = from >> 6; i < _bits.Length; i++)
        {
            var word = _bits[i];
            if (i == from >> 6) word &= ulong.MaxValue << (from & 63);
            if (word != 0) return i * 64 + BitOperations.TrailingZeroCount(word);
        }
        return -1;
    }

    /// <returns>The next row at or after <paramref name="from"/> that is no member; <see cref="Size"/> at the end.</returns>
    public int NextAbsent(int from)
    {
        for (var i = from >> 6; i < _bits.Length; i++)
        {
            var word = ~_bits[i];
            if (i == from >> 6) word &= ulong.MaxValue << (from & 63);
            if (word != 0) return Math.Min(Size, i * 64 + BitOperations.TrailingZeroCount(word));
        }
        return Size;
    }

    /// <returns>The last member at or before <paramref name="from"/>, or −1.</returns>
    public int Previous(int from)
    {
        for (var i = from >> 6; i >= 0; i--)
        {
            var word = _bits[i];
            if (i == from >> 6) word &= ulong.MaxValue >> (63 - (from & 63));
            if (word != 0) return i * 64 + 63 - BitOperations.LeadingZeroCount(word);
        }
        return -1;
    }

    private void Trim()
    {
        if ((Size & 63) != 0) _bits[^1] &= (1UL << (Size & 63)) - 1;
    }
}
