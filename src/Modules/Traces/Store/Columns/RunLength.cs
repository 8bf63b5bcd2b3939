using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>Numbers that repeat: pairs of run length and value.</summary>
internal static class RunLength
{
    public static void Write(ByteWriter to, ReadOnlySpan<int> values)
    {
        while (!values.IsEmpty)
        {
            var run = values.IndexOfAnyExcept(values[0]);
            if (run < 0) run = values.Length;
            to.Varint(run);
            to.Signed(values[0]);
            values = values[run..];
        }
    }

    public static RowRuns Read(ref ByteReader from, int rows)
    {
        var (ends, values) = (new List<int>(), new List<int>());
        for (var end = 0; end < rows;)
        {
            var run = from.Count(rows - end);
            var value = from.Signed();
            if (run == 0 || value is < int.MinValue or > int.MaxValue) throw new InvalidDataException($"a run of {run} times {value} is impossible.");
            ends.Add(end += run);
            values.Add((int)value);
        }
        return new RowRuns([.. ends], [.. values]);
    }
}
