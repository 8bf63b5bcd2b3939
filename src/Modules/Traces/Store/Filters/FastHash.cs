using System.Buffers.Binary;

namespace Akashi.Traces.Store.Filters;

/// <summary>
/// A quick 64-bit hash by multiplication and folding. It is part of the segment format (the index holds it), so it never changes
/// within a format version. Seeds keep an attacker from aiming at collisions.
/// </summary>
internal static class FastHash
{
    private const ulong K0 = 0x9E3779B97F4A7C15;
    private const ulong K1 = 0xD6E8FEB86659FD93;
    private const ulong K2 = 0xA0761D6478BD642F;

    public static ulong Of(ReadOnlySpan<byte> data, ulong seed)
    {
        unchecked
        {
            var hash = Mix(seed ^ K0, (ulong)data.Length ^ K1);
            while (data.Length > 16)
            {
                hash = Mix(Read8(data) ^ K1, Read8(data[8..]) ^ hash);
                data = data[16..];
            }
            var (low, high) = Tail(data);
            return Mix(K2 ^ hash, Mix(low ^ K2, high ^ hash));
        }
    }

    private static (ulong Low, ulong High) Tail(ReadOnlySpan<byte> data)
    {
        if (data.Length >= 8) return (Read8(data), Read8(data[^8..]));
        if (data.Length >= 4) return (BinaryPrimitives.ReadUInt32LittleEndian(data), BinaryPrimitives.ReadUInt32LittleEndian(data[^4..]));
        if (data.Length == 0) return (0, 0);
        return ((ulong)data[0] << 16 | (ulong)data[data.Length >> 1] << 8 | data[^1], 0);
    }

    private static ulong Read8(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt64LittleEndian(data);

    private static ulong Mix(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
