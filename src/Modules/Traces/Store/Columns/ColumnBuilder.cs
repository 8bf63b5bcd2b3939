using System.Buffers.Text;
using System.Security.Cryptography;
using Akashi.Traces.Store.Filters;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>Collects the values of one column of one block and finds equal ones. Reused from block to block.</summary>
internal sealed class ColumnBuilder
{
    private static readonly ulong Seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)); // keeps chosen values from colliding
    private byte[] _arena = new byte[4096];
    private int[] _ends = new int[64];
    private uint[] _hashes = new uint[64];
    private int[] _codes = new int[256];
    private int[] _table = new int[256];
    private int _last = -1;
    private int _lastStart;
    private int _lastEnd;

    /// <summary>Occurrences.</summary>
    public int Count { get; private set; }

    /// <summary>Distinct values, numbered as they first appear.</summary>
    public int Distinct { get; private set; }

    /// <summary>The number of the value of each occurrence.</summary>
    public ReadOnlySpan<int> Codes => _codes.AsSpan(0, Count);

    public ReadOnlySpan<byte> Entry(int index) => _arena.AsSpan(Start(index).._ends[index]);

    public void Clear()
    {
        if (Distinct > 0) Array.Clear(_table);
        (Count, Distinct, _last) = (0, 0, -1);
    }

    public void Add(ReadOnlySpan<byte> value)
    {
        if (_last < 0 || !_arena.AsSpan(_lastStart.._lastEnd).SequenceEqual(value))
        {
            _last = Find(value);
            (_lastStart, _lastEnd) = (Start(_last), _ends[_last]);
        }
        AddCode(_last);
    }

    /// <summary>One more occurrence of a value that is known.</summary>
    public void AddCode(int code)
    {
        if (Count == _codes.Length) Array.Resize(ref _codes, Count * 2);
        _codes[Count++] = code;
    }

    /// <summary>The number of a value, which need not occur yet.</summary>
    public int Find(ReadOnlySpan<byte> value)
    {
        var hash = unchecked((uint)FastHash.Of(value, Seed));
        var mask = _table.Length - 1;
        for (var at = (int)(hash & (uint)mask); ; at = (at + 1) & mask)
        {
            var code = _table[at] - 1;
            if (code < 0)
            {
                _table[at] = Distinct + 1;
                return Append(value, hash);
            }
            if (_hashes[code] == hash && Entry(code).SequenceEqual(value)) return code;
        }
    }

    /// <summary>The lengths of the distinct values, then their bytes.</summary>
    public void WriteEntries(ByteWriter to)
    {
        for (var i = 0; i < Distinct; i++) to.Varint(_ends[i] - Start(i));
        to.Bytes(_arena.AsSpan(0, Distinct == 0 ? 0 : _ends[Distinct - 1]));
    }

    /// <returns>The distinct values as integers, or null when one is not written as its integer prints.</returns>
    public long[]? Integers()
    {
        var numbers = new long[Distinct];
        for (var i = 0; i < Distinct; i++)
        {
            if (!TryInteger(Entry(i), out numbers[i])) return null;
        }
        return numbers;
    }

    /// <summary>True for the one way to write an integer: what <see cref="long"/> prints.</summary>
    public static bool TryInteger(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.Length is 0 or > 20 || !Utf8Parser.TryParse(text, out value, out var used) || used != text.Length) return false;
        return text[0] == '-' ? text[1] is >= (byte)'1' and <= (byte)'9' : text[0] is >= (byte)'1' and <= (byte)'9' || text.Length == 1 && text[0] == '0';
    }

    private int Start(int index) => index == 0 ? 0 : _ends[index - 1];

    private int Append(ReadOnlySpan<byte> value, uint hash)
    {
        var code = Distinct;
        var start = Start(code);
        if (_arena.Length - start < value.Length) Array.Resize(ref _arena, Math.Max(start + value.Length, (int)Math.Min(Array.MaxLength, _arena.Length * 2L)));
        value.CopyTo(_arena.AsSpan(start));
        if (code == _ends.Length)
        {
            Array.Resize(ref _ends, code * 2);
            Array.Resize(ref _hashes, code * 2);
        }
        _ends[code] = start + value.Length;
        _hashes[code] = hash;
        Distinct++;
        if (Distinct * 2 > _table.Length) Grow();
        return code;
    }

    private void Grow()
    {
        _table = new int[_table.Length * 2];
        var mask = _table.Length - 1;
        for (var code = 0; code < Distinct; code++)
        {
            var at = (int)(_hashes[code] & (uint)mask);
            while (_table[at] != 0) at = (at + 1) & mask;
            _table[at] = code + 1;
        }
    }
}
