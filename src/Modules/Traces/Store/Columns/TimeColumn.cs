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

    public static long[] Read(ByteReader from, int rows, long min, long max)
    {
        var times = new long[rows];
        var time = min;
        for (var i = 0; i < rows; i++)
        {
            time = unchecked(time + from.Signed());
            if (time < min || time > max) throw new InvalidDataException("a time lies outside of the block's.");
            times[i] = time;
        }
        from.End();
        return times;
    }
}
