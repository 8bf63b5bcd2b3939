using System.Runtime.InteropServices;
using Akashi.Agent.Protocol;
using Akashi.Platform.Calendar;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Writing;

/// <summary>
/// Gathers the logs of one tenant's batches and writes their lines as segments, one a period of filing days (several when there are
/// more than <see cref="MaxRowsAtOnce"/> lines). Holds the logs it was given until they are written: the caller writes when <see cref="Rows"/> or
/// <see cref="Bytes"/> reach its bound. Not thread-safe.
/// </summary>
/// <param name="only">Lines of other days are left out.</param>
internal sealed class SegmentBuilder(TimeProvider clock, SegmentForm? form = null, DayRange? only = null)
{
    /// <summary>A log of nothing but line feeds has a line a byte: what is kept of each while sorting must stay bounded.</summary>
    public const int MaxRowsAtOnce = 2_000_000;

    private readonly ParsedLine _parsed = new();
    private readonly List<(BatchSource Source, ReadOnlyMemory<byte> Log)> _logs = [];
    private LineRef[] _lines = new LineRef[1024];
    private int _count;

    public long Rows { get; private set; }

    /// <summary>Bytes of the logs held.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes every line of a log. The memory belongs to the builder until <see cref="Write"/> or <see cref="Clear"/>.</summary>
    /// <param name="received">When the service received the batch; for an imported one its send time.</param>
    /// <exception cref="ArgumentException">The log is longer than <see cref="SegmentFormat.MaxLogBytes"/>.</exception>
    public void Add(BatchName batch, DateTimeOffset received, ReadOnlyMemory<byte> log)
    {
        if (log.Length > SegmentFormat.MaxLogBytes) throw new ArgumentException($"Log '{batch.EntryName}' has {log.Length} bytes; a segment takes logs up to {SegmentFormat.MaxLogBytes}. Refuse such a batch on receipt.", nameof(log));
        _logs.Add((new BatchSource(batch.Tmid, batch.Id, received), log));
        Bytes += log.Length;
        Rows += log.Span.Count((byte)'\n') + (log.Length > 0 && log.Span[^1] != '\n' ? 1 : 0);
    }

    /// <summary>Writes the segments, durably, and empties the builder. On failure nothing stays behind and the builder keeps its rows.</summary>
    /// <param name="folder">Exists; the segments lie directly in it.</param>
    /// <param name="keyOf">The 32-byte key of a new segment; it is never stored.</param>
    public IReadOnlyList<SegmentInfo> Write(TenantId tenant, string folder, Func<Guid, byte[]> keyOf)
    {
        var batches = _logs.Select(log => log.Source).Distinct().Order().ToArray();
        var terminals = Terminals(batches);
        var written = new List<SegmentInfo>();
        try
        {
            for (var index = 0; index < _logs.Count; index++)
            {
                var (source, log) = _logs[index];
                var batch = Array.BinarySearch(batches, source);
                var lines = new LineSplitter(log.Span);
                for (var number = 0; lines.MoveNext(); number++)
                {
                    if (_count == MaxRowsAtOnce) WritePeriods(tenant, folder, keyOf, batches, written);
                    Append(lines, source.Received, index, terminals[batch], batch, number);
                }
            }
            WritePeriods(tenant, folder, keyOf, batches, written);
        }
        catch
        {
            foreach (var segment in written) File.Delete(Path.Combine(folder, segment.FileName));
            _count = 0;
            throw;
        }
        Clear();
        return written;
    }

    public void Clear()
    {
        _logs.Clear();
        (Rows, Bytes, _count) = (0, 0, 0);
    }

    private void Append(in LineSplitter line, DateTimeOffset received, int log, int terminal, int batch, int number)
    {
        var parsed = LineParser.Parse(line.Line, _parsed) == LineFlags.None;
        var (day, skewed) = parsed ? FilingDay.Of(_parsed.Time, received) : new FilingDay(JstDay.Of(received), false);
        if (only is { } wanted && !wanted.Contains(day)) return;
        var time = parsed ? _parsed.Time.UnixMilliseconds : received.ToUnixTimeMilliseconds();
        if (_count == _lines.Length) Array.Resize(ref _lines, _count * 2);
        _lines[_count++] = new LineRef(SegmentFormat.PeriodOf(day), day, terminal, time, log, batch, number, line.Start, line.Length, line.End, skewed);
    }

    private void WritePeriods(TenantId tenant, string folder, Func<Guid, byte[]> keyOf, BatchSource[] batches, List<SegmentInfo> written)
    {
        Sort(_lines.AsSpan(0, _count));
        for (var start = 0; start < _count;)
        {
            var end = start + 1;
            while (end < _count && _lines[end].Period == _lines[start].Period) end++;
            written.Add(WritePeriod(tenant, folder, keyOf, batches, start..end));
            start = end;
        }
        _count = 0;
    }

    private SegmentInfo WritePeriod(TenantId tenant, string folder, Func<Guid, byte[]> keyOf, BatchSource[] batches, Range range)
    {
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var used = new SortedSet<int>();
        var days = DayRange.Of(_lines[range.Start.Value].Day);
        foreach (ref readonly var line in _lines.AsSpan(range))
        {
            used.Add(line.Batch);
            days = days.With(DayRange.Of(line.Day));
        }
        var local = new int[batches.Length];
        foreach (var (index, batch) in used.Index()) local[batch] = index;
        return SegmentFileWriter.Write(tenant, folder, id, days, [.. used.Select(batch => batches[batch])], keyOf(id), form ?? SegmentForm.Fresh, writer =>
        {
            foreach (ref readonly var line in _lines.AsSpan(range))
            {
                var flags = line.Skewed ? LineFlags.Skewed : LineFlags.None;
                var row = new RowMeta(line.Time, (short)JstDay.Offset.TotalMinutes, local[line.Batch], line.Number, flags, line.End);
                writer.Add(row, _logs[line.Log].Log.Span.Slice(line.Start, line.Length));
            }
        });
    }

    /// <summary>For each batch the rank of its terminal; batches are sorted by terminal first.</summary>
    public static int[] Terminals(BatchSource[] batches)
    {
        var ranks = new int[batches.Length];
        for (var i = 1; i < ranks.Length; i++) ranks[i] = ranks[i - 1] + (batches[i].Tmid == batches[i - 1].Tmid ? 0 : 1);
        return ranks;
    }

    private static void Sort(Span<LineRef> lines)
    {
        for (var i = 1; i < lines.Length; i++)
        {
            if (LineRef.Compare(lines[i - 1], lines[i]) <= 0) continue;
            lines.Sort(LineRef.Compare);
            return;
        }
    }

    /// <param name="Terminal">Rank among the terminals held.</param>
    /// <param name="Batch">Rank among the batches held.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct LineRef(int Period, JstDay Day, int Terminal, long Time, int Log, int Batch, int Number, int Start, int Length, LineEnd End, bool Skewed)
    {
        public static int Compare(LineRef left, LineRef right)
        {
            var order = left.Period.CompareTo(right.Period);
            if (order == 0) order = left.Terminal.CompareTo(right.Terminal);
            if (order == 0) order = left.Time.CompareTo(right.Time);
            if (order == 0) order = left.Batch.CompareTo(right.Batch);
            return order != 0 ? order : left.Number.CompareTo(right.Number);
        }
    }
}
