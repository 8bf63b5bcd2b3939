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

/// <summary>The row columns of one block, except the time.</summary>
internal sealed class MetaBlock
{
    private const int EndShift = 4;
    private readonly int[] _offsets;
    private readonly int[] _batches;
    private readonly int[] _lines;
    private readonly int[] _flags;

    private MetaBlock(int rows)
    {
        _offsets = new int[rows];
        _batches = new int[rows];
        _lines = new int[rows];
        _flags = new int[rows];
    }

    public int Batch(int row) => _batches[row];

    public int Line(int row) => _lines[row];

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
        var block = new MetaBlock(rows);
        RunLength.Read(ref from, block._offsets);
        RunLength.Read(ref from, block._batches);
        RunLength.Read(ref from, block._flags);
        RunLength.Read(ref from, block._lines);
        from.End();
        var before = new LineBefore();
        for (var i = 0; i < rows; i++)
        {
            if ((uint)block._batches[i] >= (uint)batches) throw new InvalidDataException($"batch {block._batches[i]} is not in the table.");
            if (Math.Abs(block._offsets[i]) > 840) throw new InvalidDataException($"offset {block._offsets[i]} is impossible.");
            if (block._flags[i] >> EndShift is < 0 or > (int)LineEnd.CrLf) throw new InvalidDataException($"flags {block._flags[i]} are unknown.");
            block._lines[i] = unchecked(block._lines[i] + before.Of(block._batches[i]));
            if (block._lines[i] < 0) throw new InvalidDataException("a line number is negative.");
            before.Replace(block._batches[i], block._lines[i]);
        }
        return block;
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
