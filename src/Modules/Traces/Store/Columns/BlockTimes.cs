using System.Buffers;
using System.Numerics;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>
/// The time of each row of a block in Unix milliseconds. Rows of one terminal are in order of time, so a block is a few ascending runs. Owns pooled buffers;
/// several readers may ask it at once.
/// </summary>
internal sealed class BlockTimes : IDisposable
{
    private readonly long _least;
    private readonly int[] _runEnds;
    // Since the least; in 64 bits where a block spans more than seven weeks, as when clocks go astray.
    private uint[]? _short;
    private long[]? _long;

    /// <exception cref="InvalidDataException">The bytes are too few or too many, or lead outside of the bounds.</exception>
    public BlockTimes(ByteReader from, int rows, long least, long most)
    {
        (Length, _least) = (rows, least);
        var range = unchecked((ulong)(most - least));
        if (range <= uint.MaxValue) _runEnds = Read(from, _short = ArrayPool<uint>.Shared.Rent(rows), range);
        else _runEnds = Read(from, _long = ArrayPool<long>.Shared.Rent(rows), range);
    }

    public int Length { get; }

    /// <summary>Memory it takes.</summary>
    public int Bytes => sizeof(int) * _runEnds.Length + (_short is null ? sizeof(long) * _long!.Length : sizeof(uint) * _short.Length);

    public long this[int row] => unchecked(_least + (_short is null ? _long![row] : _short[row]));

    /// <summary>Removes the rows whose time is not from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    public void KeepBetween(RowSet rows, long first, long end)
    {
        var start = 0;
        foreach (var runEnd in _runEnds)
        {
            var from = FirstAt(first, start, runEnd);
            rows.Remove(start, from);
            rows.Remove(FirstAt(end, from, runEnd), runEnd);
            start = runEnd;
        }
    }

    /// <summary>Where the stretch of rows in order of time that a row stands in begins and ends.</summary>
    public (int Start, int End) RunOf(int row)
    {
        var run = Array.BinarySearch(_runEnds, row + 1);
        if (run < 0) run = ~run;
        return (run == 0 ? 0 : _runEnds[run - 1], _runEnds[run]);
    }

    /// <summary>Counts rows in steps of equal width, none of them before the first or behind the last.</summary>
    public void CountSteps(RowSet rows, long start, long width, long[] counts)
    {
        // Most fall into the step of the one before.
        var (step, from, end) = (0L, 0L, 0L);
        for (var row = rows.Next(0); row >= 0; row = rows.Next(row + 1))
        {
            var time = this[row];
            if (time < from || time >= end)
            {
                step = (time - start) / width;
                (from, end) = (start + step * width, start + (step + 1) * width);
            }
            counts[step]++;
        }
    }

    public void Dispose()
    {
        if (_short is not null) ArrayPool<uint>.Shared.Return(_short);
        if (_long is not null) ArrayPool<long>.Shared.Return(_long);
        (_short, _long) = (null, null);
    }

    private int[] Read<T>(ByteReader from, T[] since, ulong range)
        where T : IBinaryInteger<T>
    {
        TimeColumn.Read(from, since.AsSpan(0, Length), range);
        var ends = new List<int>();
        for (var row = 1; row < Length; row++)
        {
            if (since[row] < since[row - 1]) ends.Add(row);
        }
        return [.. ends, Length];
    }

    /// <summary>The first row of a run that is not before a time.</summary>
    private int FirstAt(long time, int start, int end)
    {
        while (start < end)
        {
            var middle = (start + end) >>> 1;
            if (this[middle] < time) start = middle + 1;
            else end = middle;
        }
        return start;
    }
}
