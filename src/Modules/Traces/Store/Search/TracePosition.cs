using System.Globalization;
using Akashi.Agent.Protocol;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Search;

/// <summary>
/// Where a trace stands in the order of all traces of a tenant: by time, terminal, batch and line. It does not name a segment, so it
/// stays good when segments are merged. Written <c>milliseconds_TMID_batch_line</c>.
/// </summary>
/// <param name="Time">Unix milliseconds.</param>
/// <param name="Line">Number of the line in its batch, from 0.</param>
internal readonly record struct TracePosition(long Time, Tmid Tmid, BatchId Batch, int Line) : IComparable<TracePosition>
{
    private static readonly Tmid LowestTmid = Tmid.Parse("00000000-0000-0000-0000-000000000000");
    private static readonly BatchId LowestBatch = BatchId.Parse(new string('0', BatchId.Length));

    public static TracePosition Of(long time, in BatchSource source, int line) => new(time, source.Tmid, source.Batch, line);

    /// <summary>Stands before every trace of a moment.</summary>
    public static TracePosition Earliest(long time) => new(time, LowestTmid, LowestBatch, -1);

    /// <summary>Reads what a client hands back: only a place where a trace can be.</summary>
    public static bool TryParse(string? text, out TracePosition position)
    {
        position = default;
        if (text?.Split('_') is not [var time, var terminal, var batch, var line]) return false;
        if (!long.TryParse(time, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds) || milliseconds < EventTime.MinMilliseconds || milliseconds > EventTime.MaxMilliseconds) return false;
        if (!Tmid.TryParse(terminal, out var tmid) || !BatchId.TryParse(batch, out var id)) return false;
        if (!int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == int.MaxValue) return false;
        position = new TracePosition(milliseconds, tmid, id, number);
        return true;
    }

    public int CompareTo(TracePosition other)
    {
        var order = Time.CompareTo(other.Time);
        if (order == 0) order = string.CompareOrdinal(Tmid.ToString(), other.Tmid.ToString());
        if (order == 0) order = string.CompareOrdinal(Batch.ToString(), other.Batch.ToString());
        return order != 0 ? order : Line.CompareTo(other.Line);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time}_{Tmid}_{Batch}_{Line}");
}
