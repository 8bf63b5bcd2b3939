using Akashi.Agent.Protocol;

namespace Akashi.Agent.Recording;

/// <summary>The agent's records about itself: start, stop, what was left out, what was lost. May be called by any thread.</summary>
internal sealed class SystemRecorder(LineComposer line, Counters counters, TimeProvider clock)
{
    private readonly Lock _gate = new();

    /// <param name="clean">False when the last run ended without its stop record (crash, power cut).</param>
    public void Started(string version, bool clean) => Write("start"u8, pairs =>
    {
        pairs.Quoted("agentVersion"u8, version);
        if (!clean) pairs.Bare("lastStop"u8, "unclean");
    });

    public void Stopped() => Write("stop"u8, _ => { });

    /// <summary>How each kind of event is collected, and how much has been left out by policy since the start.</summary>
    public void Running(IReadOnlyDictionary<string, string> sources) => Write("run"u8, pairs =>
    {
        foreach (var (kind, source) in sources) pairs.Quoted(System.Text.Encoding.UTF8.GetBytes("source" + kind), source);
        foreach (var (reason, count) in counters.Excluded) pairs.Number(Key("excluded", reason), count);
        pairs.Number("events"u8, counters.Events);
        pairs.Number("lines"u8, counters.Lines);
    });

    /// <summary>One record for each source that lost something. What cannot be written now is reported later.</summary>
    public void ReportLosses()
    {
        foreach (var (source, count) in counters.Unreported)
        {
            if (count > 0 && Write("outDsk"u8, pairs =>
            {
                pairs.Quoted("source"u8, source);
                pairs.Number("lost"u8, count);
            })) counters.Reported(source, count);
        }
    }

    public void BatchRefused(RejectedBatchReport report) => Write("outDsk"u8, pairs =>
    {
        pairs.Quoted("source"u8, "rejected batch");
        pairs.Quoted("batch"u8, report.FileName);
        pairs.Number("status"u8, report.Status);
        pairs.Quoted("code"u8, report.Code);
    });

    public void BatchVanished(string name) => Write("outDsk"u8, pairs =>
    {
        pairs.Quoted("source"u8, "deleted batch");
        pairs.Quoted("batch"u8, name);
    });

    private bool Write(ReadOnlySpan<byte> subEvt, Action<TraceLineWriter> more)
    {
        lock (_gate)
        {
            more(line.Begin("sys"u8, subEvt));
            return line.Record(clock.GetUtcNow());
        }
    }

    private static byte[] Key(string prefix, string name) => System.Text.Encoding.UTF8.GetBytes(prefix + char.ToUpperInvariant(name[0]) + name[1..]);
}
