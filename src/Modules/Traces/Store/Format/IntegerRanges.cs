namespace Akashi.Traces.Store.Format;

/// <summary>A few ranges that together hold every value of an integer column: what lies in none is not in the column.</summary>
/// <param name="Bounds">First and last value of each range, ascending.</param>
internal sealed record IntegerRanges((long First, long Last)[] Bounds)
{
    /// <summary>Counters of several terminals, say, leave wide gaps between them.</summary>
    private const int Most = 8;

    public long Min => Bounds[0].First;

    public long Max => Bounds[^1].Last;

    /// <param name="values">Not empty; sorted by this call.</param>
    public static IntegerRanges Of(Span<long> values)
    {
        values.Sort();
        Span<int> cuts = stackalloc int[Most - 1]; // the widest gaps end at these indices
        var count = 0;
        for (var i = 1; i < values.Length; i++)
        {
            if (count < cuts.Length) cuts[count++] = i;
            else
            {
                var narrowest = 0;
                for (var cut = 1; cut < cuts.Length; cut++)
                {
                    if (Gap(values, cuts[cut]) < Gap(values, cuts[narrowest])) narrowest = cut;
                }
                if (Gap(values, i) > Gap(values, cuts[narrowest])) cuts[narrowest] = i;
            }
        }
        cuts[..count].Sort();
        var bounds = new List<(long, long)>(Most);
        var start = 0;
        foreach (var cut in cuts[..count])
        {
            if (Gap(values, cut) <= 1) continue;
            bounds.Add((values[start], values[cut - 1]));
            start = cut;
        }
        bounds.Add((values[start], values[^1]));
        return new IntegerRanges([.. bounds]);
    }

    public bool MayHold(long value)
    {
        foreach (var (first, last) in Bounds)
        {
            if (value <= last) return value >= first;
        }
        return false;
    }

    /// <summary>Whether some value from <paramref name="first"/> to <paramref name="last"/> may be in the column.</summary>
    public bool MayHold(long first, long last)
    {
        foreach (var bound in Bounds)
        {
            if (first <= bound.Last && last >= bound.First) return true;
        }
        return false;
    }

    public void Write(ByteWriter to)
    {
        to.Varint(Bounds.Length);
        var before = 0L;
        foreach (var (first, last) in Bounds)
        {
            to.Signed(unchecked(first - before));
            to.Varint(unchecked((ulong)(last - first)));
            before = last;
        }
    }

    public static IntegerRanges Read(ref ByteReader from)
    {
        var bounds = new (long, long)[from.Count(Most)];
        if (bounds.Length == 0) throw new InvalidDataException("a range is missing.");
        var before = 0L;
        for (var i = 0; i < bounds.Length; i++)
        {
            var first = unchecked(before + from.Signed());
            var last = unchecked(first + (long)from.Varint());
            if (last < first || i > 0 && first <= before) throw new InvalidDataException("ranges are not in order.");
            bounds[i] = (first, before = last);
        }
        return new IntegerRanges(bounds);
    }

    private static ulong Gap(ReadOnlySpan<long> values, int index) => unchecked((ulong)values[index] - (ulong)values[index - 1]);
}
