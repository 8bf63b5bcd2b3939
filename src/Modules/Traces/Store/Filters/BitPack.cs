using System.Numerics;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Filters;

/// <summary>Small numbers of one width side by side, and single bits with a count of those before.</summary>
internal static class BitPack
{
    /// <summary>Bits that a number up to <paramref name="most"/> takes; at least 1.</summary>
    public static int Width(int most) => Math.Max(1, BitOperations.Log2((uint)most) + 1);

    public static int Bytes(int count, int width) => (int)(((long)count * width + 7) / 8);

    public static void Write(ByteWriter to, ReadOnlySpan<int> numbers, int width)
    {
        var bytes = to.Reserve(Bytes(numbers.Length, width));
        bytes.Clear();
        var bit = 0L;
        foreach (var number in numbers)
        {
            for (var done = 0; done < width;)
            {
                var (at, shift) = ((int)(bit >> 3), (int)(bit & 7));
                bytes[at] |= unchecked((byte)((uint)number >> done << shift));
                var wrote = Math.Min(8 - shift, width - done);
                (done, bit) = (done + wrote, bit + wrote);
            }
        }
    }

    public static int Read(ReadOnlySpan<byte> from, int index, int width)
    {
        var bit = (long)index * width;
        var (at, shift) = ((int)(bit >> 3), (int)(bit & 7));
        var value = 0UL;
        var bytes = Math.Min(8, from.Length - at);
        for (var i = 0; i < bytes; i++) value |= (ulong)from[at + i] << (8 * i);
        return (int)(value >> shift & ((1UL << width) - 1));
    }

    public static void Set(Span<byte> bits, int index) => bits[index >> 3] |= (byte)(1 << (index & 7));

    public static bool IsSet(ReadOnlySpan<byte> bits, int index) => (bits[index >> 3] >> (index & 7) & 1) != 0;

    /// <summary>How many of the first <paramref name="count"/> bits are set.</summary>
    public static int Rank(ReadOnlySpan<byte> bits, int count)
    {
        var whole = bits[..(count >> 3)];
        var rank = 0;
        while (whole.Length >= 8)
        {
            rank += BitOperations.PopCount(BitConverter.ToUInt64(whole));
            whole = whole[8..];
        }
        foreach (var part in whole) rank += BitOperations.PopCount(part);
        if ((count & 7) != 0) rank += BitOperations.PopCount((uint)(bits[count >> 3] & ((1 << (count & 7)) - 1)));
        return rank;
    }
}
