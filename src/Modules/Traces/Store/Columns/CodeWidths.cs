using System.Runtime.Intrinsics;

namespace Akashi.Traces.Store.Columns;

/// <summary>Copies codes from arrays of one width to another, many at once. They fit.</summary>
internal static class CodeWidths
{
    public static void Widen(ReadOnlySpan<byte> from, Span<ushort> to)
    {
        var i = 0;
        for (; i <= from.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
        {
            var (lower, upper) = Vector256.Widen(Vector256.Create(from[i..]));
            lower.CopyTo(to[i..]);
            upper.CopyTo(to[(i + Vector256<ushort>.Count)..]);
        }
        for (; i < from.Length; i++) to[i] = from[i];
    }

    public static void Narrow(ReadOnlySpan<ushort> from, Span<byte> to)
    {
        var i = 0;
        for (; i <= from.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
            Vector256.Narrow(Vector256.Create(from[i..]), Vector256.Create(from[(i + Vector256<ushort>.Count)..])).CopyTo(to[i..]);
        for (; i < from.Length; i++) to[i] = (byte)from[i];
    }

    /// <summary>Each one more than it was.</summary>
    public static void NarrowNext(ReadOnlySpan<int> from, Span<ushort> to)
    {
        var i = 0;
        for (; i <= from.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var both = Vector256.Narrow(Vector256.Create(from[i..]), Vector256.Create(from[(i + Vector256<int>.Count)..])).AsUInt16();
            (both + Vector256<ushort>.One).CopyTo(to[i..]);
        }
        for (; i < from.Length; i++) to[i] = (ushort)(from[i] + 1);
    }
}
