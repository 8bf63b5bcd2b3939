using System.Text.Json;
using Akashi.Agent.Recording;
using Akashi.Agent.Sending;
using Akashi.Agent.Spooling;
using Akashi.Agent.Terminals;

namespace Akashi.Agent.Status;

/// <summary>Keeps DIR/status.json current. Not durable: it only tells about the running process.</summary>
internal sealed class StatusWriter(string path, Terminal terminal, IReadOnlyDictionary<string, string> sources, Counters counters, Spool spool, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private readonly DateTimeOffset _started = clock.GetUtcNow();

    /// <summary>Set once the terminal is enrolled.</summary>
    public BatchSender? Sender { get; set; }

    public ServiceConnection? Connection { get; set; }

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            Write();
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    public void Write()
    {
        var status = new AgentStatus(clock.GetUtcNow(), _started, Environment.ProcessId, terminal.Tmid.ToString(), Terminal.Version, sources,
            counters.Events, counters.Lines, spool.NextNumber, counters.LostBySource, counters.Excluded,
            Sender?.Sent ?? 0, Sender?.Rejected ?? 0, spool.Outbox.Count, spool.Outbox.Bytes, Sender?.Problem, Connection?.Expires ?? default,
            Environment.CpuUsage.TotalTime.TotalSeconds, Environment.WorkingSet, GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes);
        try
        {
            File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(status, AgentJson.Default.AgentStatus));
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (IOException)
        {
            // A full disk: the spool's own warning tells people; the next round tries again.
        }
    }
}
