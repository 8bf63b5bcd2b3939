using System.Buffers;
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

    /// <param name="text">Takes the integers written out, one after another.</param>
    /// <param name="ends">Takes where each ends.</param>
    public static void Read(ByteReader from, long[] numbers, byte[] text, int[] ends)
    {
        var (number, end) = (0L, 0);
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = number = unchecked(number + from.Signed());
            _ = Utf8Formatter.TryFormat(number, text.AsSpan(end), out var written);
            ends[i] = end += written;
        }
        from.End();
    }
}
