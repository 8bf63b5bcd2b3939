using System.Buffers.Binary;

namespace Akashi.Traces.Store.Format;

/// <summary>A growing byte buffer that is reused from chunk to chunk.</summary>
internal sealed class ByteWriter
{
    private byte[] _buffer = new byte[4096];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    public void Clear() => Length = 0;

    public Span<byte> Reserve(int count)
    {
        if (_buffer.Length - Length < count) Array.Resize(ref _buffer, Math.Max(Length + count, (int)Math.Min(Array.MaxLength, _buffer.Length * 2L)));
        var span = _buffer.AsSpan(Length, count);
        Length += count;
        return span;
    }

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Reserve(value.Length));

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Reserve(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Reserve(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Reserve(8), value);

    public void Varint(ulong value)
    {
        var span = Reserve(10);
        var count = 0;
        while (value >= 0x80)
        {
            span[count++] = (byte)(value & 0x7F | 0x80);
            value >>= 7;
        }
        span[count++] = (byte)value;
        Length -= 10 - count;
    }

    public void Varint(int value) => Varint((ulong)value);

    /// <summary>Zigzag, so that small numbers of either sign are short.</summary>
    public void Signed(long value) => Varint(unchecked((ulong)(value << 1 ^ value >> 63)));
}
