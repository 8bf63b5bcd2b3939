using System.Buffers.Binary;

namespace Akashi.Traces.Store.Filters;

/// <summary>
/// A split-block Bloom filter: a hash chooses one 32-byte group and sets one bit in each of its eight 32-bit lanes. One cache line a
/// question, about 1 % false positives.
/// </summary>
internal static class BloomFilter
{
    private const int GroupBytes = 32;
    private const int Lanes = 8;
    private const int BitsPerHashTimesTen = 105;
    private static readonly uint[] Salts = [0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1, 0xD3A2646D, 0xFD7046C5, 0xB55A4F09];

    public static int Size(int hashes) => Math.Max(1, (int)(((long)hashes * BitsPerHashTimesTen / 10 + GroupBytes * 8 - 1) / (GroupBytes * 8))) * GroupBytes;

    public static void Add(Span<byte> filter, ulong hash)
    {
        var group = Group(filter.Length, hash);
        for (var lane = 0; lane < Lanes; lane++)
        {
            var word = filter.Slice(group + lane * 4, 4);
            BinaryPrimitives.WriteUInt32LittleEndian(word, BinaryPrimitives.ReadUInt32LittleEndian(word) | Bit(hash, lane));
        }
    }

    public static bool MayHold(ReadOnlySpan<byte> filter, ulong hash)
    {
        var group = Group(filter.Length, hash);
        for (var lane = 0; lane < Lanes; lane++)
        {
            if ((BinaryPrimitives.ReadUInt32LittleEndian(filter[(group + lane * 4)..]) & Bit(hash, lane)) == 0) return false;
        }
        return true;
    }

    private static int Group(int length, ulong hash) => (int)((hash >> 32) * (ulong)(length / GroupBytes) >> 32) * GroupBytes;

    private static uint Bit(ulong hash, int lane) => 1u << (int)(unchecked((uint)hash * Salts[lane]) >> 27);
}
