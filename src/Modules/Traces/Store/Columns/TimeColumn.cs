using System.Numerics;
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

    /// <param name="since">Takes the time of each row since the block's earliest.</param>
    /// <param name="range">None is later than this.</param>
    public static void Read<T>(ByteReader from, Span<T> since, ulong range)
        where T : IBinaryInteger<T>
    {
        var (time, isOutside) = (0L, false);
        for (var i = 0; i < since.Length; i++)
        {
            time = unchecked(time + from.Signed());
            isOutside |= unchecked((ulong)time) > range;
            since[i] = T.CreateTruncating(time);
        }
        from.End();
        if (isOutside) throw new InvalidDataException("a time lies outside of the block's.");
    }
}
