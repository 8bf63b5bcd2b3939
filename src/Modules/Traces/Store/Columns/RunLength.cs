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

    public static void Read(ref ByteReader from, Span<int> values)
    {
        while (!values.IsEmpty)
        {
            var run = from.Count(values.Length);
            var value = from.Signed();
            if (run == 0 || value is < int.MinValue or > int.MaxValue) throw new InvalidDataException($"a run of {run} times {value} is impossible.");
            values[..run].Fill((int)value);
            values = values[run..];
        }
    }
}
