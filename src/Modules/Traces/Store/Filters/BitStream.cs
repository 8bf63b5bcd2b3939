using System.Numerics;

namespace Akashi.Traces.Store.Filters;

/// <summary>Bits one after another, the low ones of each byte first.</summary>
internal sealed class BitWriter
{
    private byte[] _bytes = new byte[4096];

    public int Bits { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, (Bits + 7) / 8);

    public void Clear()
    {
        _bytes.AsSpan(0, (Bits + 7) / 8).Clear();
        Bits = 0;
    }

    public void Write(uint value, int width)
    {
        if ((Bits + width + 7) / 8 > _bytes.Length) Array.Resize(ref _bytes, _bytes.Length * 2);
        for (var done = 0; done < width;)
        {
            var shift = Bits & 7;
            _bytes[Bits >> 3] |= unchecked((byte)(value >> done << shift));
            var wrote = Math.Min(8 - shift, width - done);
            (done, Bits) = (done + wrote, Bits + wrote);
        }
    }

    /// <summary>A number from 1 on in Elias' gamma code: the smaller, the shorter.</summary>
    public void Gamma(int value)
    {
        var width = BitOperations.Log2((uint)value);
        Write(0, width);
        Write(1, 1);
        Write((uint)value & ((1u << width) - 1), width);
    }
}

/// <summary>Reads what <see cref="BitWriter"/> wrote. Behind the end everything is zero.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes, int position)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; } = position;

    public int Read(int width)
    {
        var value = (int)(Peek() & ((1UL << width) - 1));
        Position += width;
        return value;
    }

    /// <exception cref="InvalidDataException">There is none.</exception>
    public int Gamma()
    {
        var width = BitOperations.TrailingZeroCount(Peek());
        if (width > 24) throw new InvalidDataException("a number has no end.");
        Position += width + 1;
        return 1 << width | Read(width);
    }

    /// <summary>At least 32 bits.</summary>
    private readonly ulong Peek()
    {
        var at = Position >> 3;
        if (at + 8 <= _bytes.Length) return BitConverter.ToUInt64(_bytes[at..]) >> (Position & 7);
        var value = 0UL;
        for (var i = 0; at + i < _bytes.Length && i < 8; i++) value |= (ulong)_bytes[at + i] << (8 * i);
        return value >> (Position & 7);
    }
}
