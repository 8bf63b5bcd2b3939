using System.Numerics;
using System.Runtime.Intrinsics;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>
/// The codes of a column, numbered as their values first appear. Each is written as how far it lies behind the next new one, so 0 means a new
/// value; in planes of equal bytes, which compress better.
/// </summary>
internal static class CodeStream
{
    private static readonly byte[] NewBefore = CountNew();

    public static void Write(ByteWriter to, ReadOnlySpan<int> codes, int entries)
    {
        var planes = Planes(entries);
        var bytes = to.Reserve(checked(codes.Length * planes));
        var next = 0;
        for (var i = 0; i < codes.Length; i++)
        {
            var back = next - codes[i];
            if (back == 0) next++;
            for (var plane = 0; plane < planes; plane++) bytes[plane * codes.Length + i] = unchecked((byte)(back >> (8 * plane)));
        }
    }

    /// <exception cref="InvalidDataException">The bytes are too few or too many, or lead to other entries than there are.</exception>
    public static void Read(ReadOnlySpan<byte> from, Span<int> codes, int entries)
    {
        var planes = Planes(entries);
        if (from.Length != (long)codes.Length * planes) throw new InvalidDataException($"{from.Length} bytes for {codes.Length} codes.");
        var next = 0;
        var least = Vector256<int>.Zero;
        var i = 0;
        // Eight at a time: each is the next new one at the first, and the new ones among those before it, less its distance.
        for (; i <= codes.Length - Vector256<int>.Count; i += Vector256<int>.Count)
        {
            var back = Eight(from, i);
            for (var plane = 1; plane < planes; plane++) back |= Eight(from, plane * codes.Length + i) << (8 * plane);
            var isNew = Vector256.Equals(back, Vector256<int>.Zero).ExtractMostSignificantBits();
            var some = Vector256.Create(next) + Eight(NewBefore, (int)isNew * Vector256<int>.Count) - back;
            some.CopyTo(codes[i..]);
            least |= some | back;
            next += BitOperations.PopCount(isNew);
        }
        var isBelow = Vector256.LessThanAny(least, Vector256<int>.Zero);
        for (; i < codes.Length; i++)
        {
            var back = (int)from[i];
            for (var plane = 1; plane < planes; plane++) back |= from[plane * codes.Length + i] << (8 * plane);
            codes[i] = next - back;
            if (back == 0) next++;
            isBelow |= (codes[i] | back) < 0;
        }
        if (isBelow || next != entries) throw new InvalidDataException($"the codes lead to {next} entries, not {entries}.");
    }

    private static Vector256<int> Eight(ReadOnlySpan<byte> from, int at) =>
        Vector256.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(BitConverter.ToUInt64(from[at..])).AsByte()).ToVector256Unsafe()).AsInt32();

    /// <summary>For each set of eight how many of it stand before each of them.</summary>
    private static byte[] CountNew()
    {
        var counts = new byte[256 * Vector256<int>.Count];
        for (var i = 0; i < counts.Length; i++) counts[i] = (byte)BitOperations.PopCount((uint)(i / 8 & ((1 << i % 8) - 1)));
        return counts;
    }

    /// <summary>How many bytes the largest distance takes.</summary>
    private static int Planes(int entries) => entries < 1 << 8 ? 1 : entries < 1 << 16 ? 2 : entries < 1 << 24 ? 3 : 4;
}
