using System.Buffers.Binary;

namespace Akashi.Traces.Store.Filters;

/// <summary>
/// Stretches of five bytes that stand for a text. Of every four that begin side by side the one with the least hash is taken, so about two of five are;
/// and whatever text a longer one is part of, a window that lies inside of it takes the same. A part of eight bytes or more has at least one for sure.
/// </summary>
internal static class Grams
{
    public const int Length = 5;
    private const int Window = 4;
    private const ulong Mask = (1UL << (8 * Length)) - 1;
    private const ulong Factor = 0x9E3779B97F4A7C15;

    /// <summary>Adds those of a whole text.</summary>
    public static void Add(ReadOnlySpan<byte> folded, ulong seed, HashSet64 to)
    {
        var count = folded.Length - Length + 1;
        if (count <= 0) return;
        Span<ulong> ring = stackalloc ulong[Window];
        ring.Fill(ulong.MaxValue);
        var last = 0UL;
        for (var i = 0; i < count; i++)
        {
            ring[i % Window] = At(folded, i, seed);
            if (i < Window - 1 && i < count - 1) continue;
            var least = Math.Min(Math.Min(ring[0], ring[1]), Math.Min(ring[2], ring[3]));
            if (least == last) continue;
            to.Add(last = least);
        }
    }

    /// <summary>Those that stand for every text with the given part in it.</summary>
    public static ulong[] CertainIn(ReadOnlySpan<byte> foldedPart, ulong seed)
    {
        if (foldedPart.Length < Length + Window - 1) return [];
        var grams = new HashSet64();
        Add(foldedPart, seed, grams);
        return grams.Items.ToArray();
    }

    private static ulong At(ReadOnlySpan<byte> text, int start, ulong seed)
    {
        var bytes = start + 8 <= text.Length
            ? BinaryPrimitives.ReadUInt64LittleEndian(text[start..]) & Mask
            : BinaryPrimitives.ReadUInt32LittleEndian(text[start..]) | (ulong)text[start + 4] << 32;
        unchecked
        {
            var high = Math.BigMul(bytes ^ seed, Factor, out var low);
            return (high ^ low) * Factor;
        }
    }
}
