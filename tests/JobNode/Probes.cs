using Akashi.Platform.Database;
using Akashi.Platform.Hosting;
using Akashi.Platform.Jobs;

namespace Akashi.JobNode;

/// <summary>Leaves a row when it begins and marks it when it ends.</summary>
internal abstract class Probe(AkashiDatabase database, string name) : ServiceJob
{
    public override string Japanese => name;

    public override string English => name;

    public override async Task<JobMessage> RunAsync(CancellationToken cancellation)
    {
        var row = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        var process = Environment.ProcessId;
        await database.ExecuteBeforeTenantAsync("INSERT INTO platform.probe_run (id, name, process, began) VALUES (@row, @name, @process, clock_timestamp())", new { row, name, process }, cancellation);
        await WorkAsync(cancellation);
        await database.ExecuteBeforeTenantAsync("UPDATE platform.probe_run SET ended = clock_timestamp() WHERE id = @row", new { row }, cancellation);
        return new($"by {process}", $"by {process}");
    }

    protected abstract Task WorkAsync(CancellationToken cancellation);
}

/// <summary>Works until the test says that it may end.</summary>
internal abstract class LongProbe(AkashiDatabase database, ServerOptions options, string name) : Probe(database, name)
{
    protected override async Task WorkAsync(CancellationToken cancellation)
    {
        while (!File.Exists(Path.Combine(options.Data, "release"))) await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
    }
}

internal sealed class RecoveringProbe(AkashiDatabase database, ServerOptions options) : LongProbe(database, options, "probe.recovering");

internal sealed class WaitingProbe(AkashiDatabase database, ServerOptions options) : LongProbe(database, options, "probe.waiting");

/// <summary>Takes longer than its interval, so that two nodes are tempted to run it at once.</summary>
internal sealed class OftenProbe(AkashiDatabase database) : Probe(database, "probe.often")
{
    protected override Task WorkAsync(CancellationToken cancellation) => Task.Delay(TimeSpan.FromMilliseconds(1200), cancellation);
}
