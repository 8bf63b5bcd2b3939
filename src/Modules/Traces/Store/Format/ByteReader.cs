using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Akashi.Traces.Store.Format;

/// <summary>Reads what <see cref="ByteWriter"/> wrote; anything out of bounds is an <see cref="InvalidDataException"/>.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;

    public int Position { get; private set; }

    public readonly int Remaining => _data.Length - Position;

    public byte Byte()
    {
        if (Position == _data.Length) throw Short();
        return _data[Position++];
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count < 0 || count > Remaining) throw Short();
        var bytes = _data.Slice(Position, count);
        Position += count;
        return bytes;
    }

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Varint() => Position < _data.Length && _data[Position] < 0x80 ? _data[Position++] : LongVarint();

    private ulong LongVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            if (shift == 63 && part > 1) break;
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
        throw new InvalidDataException("a number has more than 64 bits.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Signed()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A count or length that may not exceed a bound known beforehand.</summary>
    public int Count(long most)
    {
        var value = Varint();
        if (value > (ulong)most) throw new InvalidDataException($"{value} exceeds {most}.");
        return (int)value;
    }

    public readonly void End()
    {
        if (Remaining != 0) throw new InvalidDataException($"{Remaining} bytes too many.");
    }

    private static InvalidDataException Short() => new("it ends early.");
}
