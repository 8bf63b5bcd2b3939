using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>Event times of a block, ascending, as steps from the block's earliest.</summary>
internal static class TimeColumn
{
    public static void Write(ByteWriter to, ReadOnlySpan<RowMeta> rows)
    {
        var before = rows[0].Time;
        foreach (ref readonly var row in rows)
        {
            to.Varint((ulong)(row.Time - before));
            before = row.Time;
        }
    }

    public static long[] Read(ByteReader from, int rows, long min, long max)
    {
        var times = new long[rows];
        var time = min;
        for (var i = 0; i < rows; i++)
        {
            var step = from.Varint();
            if (step > (ulong)(max - time)) throw new InvalidDataException("a time lies after the block's last.");
            times[i] = time += (long)step;
        }
        from.End();
        return times;
    }
}
