using System.Runtime.InteropServices;
using Akashi.Platform.Calendar;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Writing;

/// <summary>
/// Writes the lines of one tenant's logs as segments, one a period of filing days. Logs are given terminal by terminal, and only those of one need be in
/// memory. Disposing leaves nothing behind unless <see cref="Finish"/> returned. Not thread-safe.
/// </summary>
/// <param name="folder">Exists; the segments lie directly in it.</param>
/// <param name="keyOf">The 32-byte key of a new segment; it is never stored.</param>
/// <param name="only">Lines of other days are left out.</param>
internal sealed class SegmentBuilder(TenantId tenant, string folder, Func<Guid, byte[]> keyOf, TimeProvider clock, SegmentForm form, DayRange? only = null) : IDisposable
{
    /// <summary>A log of nothing but line feeds has a line a byte: what is kept of each while sorting must stay bounded.</summary>
    public const int MaxRowsAtOnce = 1_000_000;

    /// <summary>A segment with more takes no further terminal.</summary>
    public const int EnoughRows = 1_500_000;

    private const int MaxFieldsAtOnce = 4_000_000;

    /// <summary>As many as 90 days have lines of, which is how late a line may come.</summary>
    private const int MaxOpen = 8;

    private readonly ParsedLine _parsed = new();
    private readonly SortedDictionary<int, OpenSegment> _open = [];
    private readonly List<SegmentInfo> _written = [];
    private readonly List<FieldRange> _fields = [];
    private LineRef[] _lines = new LineRef[1024];
    private int _count;
    private string _last = "";
    private bool _isFinished;

    /// <summary>Adds every line of some logs of one terminal. Best are all of a terminal at once, and terminals in ascending order: else more segments are begun.</summary>
    /// <exception cref="ArgumentException">A log is longer than <see cref="SegmentFormat.MaxLogBytes"/>, or of another terminal than the first.</exception>
    public void Add(IReadOnlyList<(BatchSource Source, ReadOnlyMemory<byte> Log)> logs)
    {
        if (logs.Count == 0) return;
        var terminal = logs[0].Source.Tmid.ToString();
        foreach (var (source, log) in logs)
        {
            if (log.Length > SegmentFormat.MaxLogBytes) throw new ArgumentException($"A log of batch {source.Batch} has {log.Length} bytes; a segment takes logs up to {SegmentFormat.MaxLogBytes}. Refuse such a batch on receipt.", nameof(logs));
            if (source.Tmid.ToString() != terminal) throw new ArgumentException($"Logs of {terminal} and {source.Tmid} came together.", nameof(logs));
        }
        if (string.CompareOrdinal(terminal, _last) <= 0) CloseAll(); // rows of a segment ascend
        _last = terminal;
        var batches = logs.Select(log => log.Source).Distinct().Order().ToArray();
        for (var index = 0; index < logs.Count; index++)
        {
            var (source, log) = logs[index];
            var batch = Array.BinarySearch(batches, source);
            var lines = new LineSplitter(log.Span);
            for (var number = 0; lines.MoveNext(); number++)
            {
                if (_count == MaxRowsAtOnce || _fields.Count > MaxFieldsAtOnce)
                {
                    WriteLines(logs, batches);
                    CloseAll();
                }
                Take(lines, source.Received, index, batch, number);
            }
        }
        WriteLines(logs, batches);
    }

    /// <returns>The segments, durably written.</returns>
    public IReadOnlyList<SegmentInfo> Finish()
    {
        CloseAll();
        _isFinished = true;
        return _written;
    }

    public void Dispose()
    {
        foreach (var segment in _open.Values) segment.Writer.Dispose();
        _open.Clear();
        if (_isFinished) return;
        foreach (var segment in _written) File.Delete(Path.Combine(folder, segment.FileName));
        _written.Clear();
    }

    /// <summary>For each batch the rank of its terminal; batches are sorted by terminal first.</summary>
    public static int[] Terminals(BatchSource[] batches)
    {
        var ranks = new int[batches.Length];
        for (var i = 1; i < ranks.Length; i++) ranks[i] = ranks[i - 1] + (batches[i].Tmid == batches[i - 1].Tmid ? 0 : 1);
        return ranks;
    }

    private void Take(in LineSplitter line, DateTimeOffset received, int log, int batch, int number)
    {
        var flags = LineParser.Parse(line.Line, _parsed);
        var (time, day) = (_parsed.Time, default(JstDay));
        if (flags == LineFlags.None)
        {
            (day, var skewed) = FilingDay.Of(time, received);
            if (skewed) flags = LineFlags.Skewed;
        }
        else
        {
            (time, day) = (EventTime.Of(received.ToOffset(JstDay.Offset)), JstDay.Of(received));
        }
        if (only is { } wanted && !wanted.Contains(day)) return;
        if (_count == _lines.Length) Array.Resize(ref _lines, _count * 2);
        var row = new RowMeta(time.UnixMilliseconds, time.OffsetMinutes, batch, number, flags, line.End);
        _lines[_count++] = new LineRef(day, row, log, line.Start, line.Length, _fields.Count, _parsed.Count);
        _fields.AddRange(_parsed.Fields);
    }

    /// <summary>Passes on what was taken, in order.</summary>
    private void WriteLines(IReadOnlyList<(BatchSource Source, ReadOnlyMemory<byte> Log)> logs, BatchSource[] batches)
    {
        var lines = _lines.AsSpan(0, _count);
        Sort(lines);
        while (!lines.IsEmpty)
        {
            var period = lines[0].Period;
            var end = 1;
            while (end < lines.Length && lines[end].Period == period) end++;
            WriteLines(period, lines[..end], logs, batches);
            lines = lines[end..];
        }
        _count = 0;
        _fields.Clear();
    }

    private void WriteLines(int period, ReadOnlySpan<LineRef> lines, IReadOnlyList<(BatchSource Source, ReadOnlyMemory<byte> Log)> logs, BatchSource[] batches)
    {
        var segment = Open(period);
        var used = new SortedSet<int>();
        foreach (ref readonly var line in lines)
        {
            used.Add(line.Row.Batch);
            segment.Days = segment.Days?.With(DayRange.Of(line.Day)) ?? DayRange.Of(line.Day);
        }
        var numbers = new int[batches.Length];
        var next = segment.Writer.AddBatches(used.Select(batch => batches[batch]));
        foreach (var batch in used) numbers[batch] = next++;
        var fields = CollectionsMarshal.AsSpan(_fields);
        foreach (ref readonly var line in lines)
            segment.Writer.Add(line.Row with { Batch = numbers[line.Row.Batch] }, logs[line.Log].Log.Span.Slice(line.Start, line.Length), fields.Slice(line.FirstField, line.Fields));
        if (segment.Writer.Rows >= EnoughRows) Close(period);
    }

    private OpenSegment Open(int period)
    {
        if (_open.TryGetValue(period, out var segment)) return segment;
        if (_open.Count == MaxOpen) Close(_open.MaxBy(open => open.Value.Writer.Rows).Key);
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        return _open[period] = new OpenSegment(new SegmentFileWriter(tenant, folder, id, keyOf(id), form));
    }

    private void CloseAll()
    {
        while (_open.Count > 0) Close(_open.First().Key);
    }

    private void Close(int period)
    {
        var segment = _open[period];
        _written.Add(segment.Writer.Finish(segment.Days!.Value));
        _open.Remove(period);
        segment.Writer.Dispose();
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

    private sealed class OpenSegment(SegmentFileWriter writer)
    {
        public SegmentFileWriter Writer => writer;

        public DayRange? Days { get; set; }
    }

    /// <param name="Row">Its batch is the rank among those at hand.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct LineRef(JstDay Day, RowMeta Row, int Log, int Start, int Length, int FirstField, int Fields)
    {
        public int Period => SegmentFormat.PeriodOf(Day);

        public static int Compare(LineRef left, LineRef right)
        {
            var order = left.Period.CompareTo(right.Period);
            if (order == 0) order = left.Row.Time.CompareTo(right.Row.Time);
            if (order == 0) order = left.Row.Batch.CompareTo(right.Row.Batch);
            return order != 0 ? order : left.Row.Line.CompareTo(right.Row.Line);
        }
    }
}
