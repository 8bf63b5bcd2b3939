using System.Buffers.Text;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>64-bit integers, each as the difference to the one before; it wraps, and so does the sum on reading.</summary>
internal static class IntegerStream
{
    public const int LongestText = 20;

    /// <summary>Leaves <paramref name="values"/> sorted.</summary>
    public static IntegerRanges Write(ByteWriter to, ReadOnlySpan<int> codes, long[] values)
    {
        var before = 0L;
        foreach (var code in codes)
        {
            to.Signed(unchecked(values[code] - before));
            before = values[code];
        }
        return IntegerRanges.Of(values);
    }

    public static void Read(ByteReader from, long[] numbers)
    {
        var number = 0L;
        for (var i = 0; i < numbers.Length; i++) numbers[i] = number = unchecked(number + from.Signed());
        from.End();
    }

    /// <returns>How many bytes were written.</returns>
    public static int Print(long number, Span<byte> to)
    {
        _ = Utf8Formatter.TryFormat(number, to, out var written);
        return written;
    }
}
