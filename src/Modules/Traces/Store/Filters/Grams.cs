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

    /// <summary>Bytes that decide about one window.</summary>
    public const int WindowBytes = Length + Window - 1;
    private const ulong Mask = (1UL << (8 * Length)) - 1;
    private const ulong Factor = 0x9E3779B97F4A7C15;

    /// <summary>Adds those of a whole text.</summary>
    public static void Add(ReadOnlySpan<byte> folded, ulong seed, HashSet64 to)
    {
        if (folded.Length >= WindowBytes) AddBetween(folded, 0, folded.Length, seed, to);
        else if (folded.Length >= Length)
        {
            var least = At(folded, 0, seed);
            for (var i = 1; i <= folded.Length - Length; i++) least = Math.Min(least, At(folded, i, seed));
            to.Add(least);
        }
    }

    /// <summary>Adds those of the windows of a text that begin from one place on and before another.</summary>
    public static void AddBetween(ReadOnlySpan<byte> folded, int from, int end, ulong seed, HashSet64 to)
    {
        end = Math.Min(end, folded.Length - WindowBytes + 1);
        if (from >= end) return;
        var (a, b, c, last) = (At(folded, from, seed), At(folded, from + 1, seed), At(folded, from + 2, seed), 0UL);
        for (var i = from; i < end; i++)
        {
            var d = At(folded, i + Window - 1, seed);
            var least = Math.Min(Math.Min(a, b), Math.Min(c, d));
            (a, b, c) = (b, c, d);
            if (least == last) continue;
            to.Add(last = least);
        }
    }

    /// <summary>Those that stand for every text with the given part in it.</summary>
    public static ulong[] CertainIn(ReadOnlySpan<byte> foldedPart, ulong seed)
    {
        if (foldedPart.Length < WindowBytes) return [];
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
