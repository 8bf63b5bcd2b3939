using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>Event times of a block, each as the step from the one before; the first from the block's earliest.</summary>
internal static class TimeColumn
{
    public static void Write(ByteWriter to, ReadOnlySpan<RowMeta> rows)
    {
        var before = long.MaxValue;
        foreach (ref readonly var row in rows) before = Math.Min(before, row.Time);
        foreach (ref readonly var row in rows)
        {
            to.Signed(row.Time - before);
            before = row.Time;
        }
    }

    public static void Read(ByteReader from, Span<long> times, long min, long max)
    {
        var time = min;
        for (var i = 0; i < times.Length; i++) times[i] = time = unchecked(time + from.Signed());
        from.End();
        if (times.ContainsAnyExceptInRange(min, max)) throw new InvalidDataException("a time lies outside of the block's.");
    }
}
