using System.Runtime.InteropServices;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>What is kept of each row beside its line.</summary>
/// <param name="Time">Unix milliseconds of the event, or of the receipt of an unparsable line.</param>
/// <param name="OffsetMinutes">Offset that the event time was written with.</param>
/// <param name="Batch">Index in the segment's table of batches, which is sorted.</param>
/// <param name="Line">Number of the line in its batch, from 0.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RowMeta(long Time, short OffsetMinutes, int Batch, int Line, LineFlags Flags, LineEnd End);

/// <summary>The row columns of one block, except the time. Several readers may ask at once.</summary>
internal sealed class MetaBlock
{
    private const int EndShift = 4;
    private readonly RowRuns _offsets;
    private readonly RowRuns _batches;
    private readonly RowRuns _flags;
    // Of each run its first line, and how many lines on the next row is.
    private readonly RowRuns _lines;
    private readonly int[] _steps;

    private MetaBlock(RowRuns offsets, RowRuns batches, RowRuns flags, RowRuns lines, int[] steps) => (_offsets, _batches, _flags, _lines, _steps) = (offsets, batches, flags, lines, steps);

    /// <summary>Memory it takes.</summary>
    public int Bytes => sizeof(int) * (2 * (_offsets.Ends.Length + _batches.Ends.Length + _flags.Ends.Length) + 3 * _steps.Length);

    public int Batch(int row) => _batches[row];

    public int Line(int row)
    {
        var run = _lines.RunOf(row);
        return _lines.Values[run] + _steps[run] * (row - _lines.Start(run));
    }

    public short OffsetMinutes(int row) => (short)_offsets[row];

    public LineFlags Flags(int row) => (LineFlags)(_flags[row] & 0x0F);

    public LineEnd End(int row) => (LineEnd)(_flags[row] >> EndShift);

    public static void Write(ByteWriter to, ReadOnlySpan<RowMeta> rows)
    {
        var values = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++) values[i] = rows[i].OffsetMinutes;
        RunLength.Write(to, values);
        for (var i = 0; i < rows.Length; i++) values[i] = rows[i].Batch;
        RunLength.Write(to, values);
        for (var i = 0; i < rows.Length; i++) values[i] = (int)rows[i].Flags | (int)rows[i].End << EndShift;
        RunLength.Write(to, values);
        var before = new LineBefore();
        // Lines of one batch mostly follow each other, so the step within the batch is mostly 1.
        for (var i = 0; i < rows.Length; i++) values[i] = rows[i].Line - before.Replace(rows[i].Batch, rows[i].Line);
        RunLength.Write(to, values);
    }

    public static MetaBlock Read(ByteReader from, int rows, int batches)
    {
        var (offsets, batchOf, flags, stepOf) = (RunLength.Read(ref from, rows), RunLength.Read(ref from, rows), RunLength.Read(ref from, rows), RunLength.Read(ref from, rows));
        from.End();
        foreach (var batch in batchOf.Values) if ((uint)batch >= (uint)batches) throw new InvalidDataException($"batch {batch} is not in the table.");
        foreach (var offset in offsets.Values) if (offset is < -840 or > 840) throw new InvalidDataException($"offset {offset} is impossible.");
        foreach (var flag in flags.Values) if (flag >> EndShift is < 0 or > (int)LineEnd.CrLf) throw new InvalidDataException($"flags {flag} are unknown.");
        var (ends, lines, steps, before) = (new List<int>(), new List<int>(), new List<int>(), new LineBefore());
        for (var (row, i, k) = (0, 0, 0); row < rows;)
        {
            var (batch, step, end) = (batchOf.Values[i], stepOf.Values[k], Math.Min(batchOf.Ends[i], stepOf.Ends[k]));
            var first = (long)before.Of(batch) + step;
            var last = first + (long)step * (end - row - 1);
            if (Math.Min(first, last) < 0 || Math.Max(first, last) > int.MaxValue) throw new InvalidDataException("a line number is impossible.");
            before.Replace(batch, (int)last);
            ends.Add(end);
            lines.Add((int)first);
            steps.Add(step);
            if (end == batchOf.Ends[i]) i++;
            if (end == stepOf.Ends[k]) k++;
            row = end;
        }
        return new MetaBlock(offsets, batchOf, flags, new RowRuns([.. ends], [.. lines]), [.. steps]);
    }

    /// <summary>The number of the line before in each batch; mostly asked for the same batch again.</summary>
    private sealed class LineBefore
    {
        private readonly Dictionary<int, int> _others = [];
        private int _batch = -1;
        private int _line;

        public int Of(int batch)
        {
            if (batch == _batch) return _line;
            if (_batch >= 0) _others[_batch] = _line;
            (_batch, _line) = (batch, _others.GetValueOrDefault(batch));
            return _line;
        }

        /// <returns>The number before.</returns>
        public int Replace(int batch, int line)
        {
            var before = Of(batch);
            _line = line;
            return before;
        }
    }
}
