using System.Diagnostics;
using Akashi.TestKit;
using Xunit;

namespace Akashi.Platform.Tests.Jobs;

/// <summary>Two processes, one database.</summary>
public sealed class TwoNodesTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestFolder _folder = new();
    private readonly List<Process> _nodes = [];
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.ExecuteAsOwnerAsync("CREATE TABLE platform.probe_run (id uuid PRIMARY KEY, name text, process integer, began timestamptz, ended timestamptz); GRANT ALL ON platform.probe_run TO akashi_app");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            if (!node.HasExited) node.Kill();
            await node.WaitForExitAsync();
            node.Dispose();
        }
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Nodes_OneKilledMidJob_TheOtherGoesOnAsEachJobAsksAndNeverTwiceAtOnce()
    {
        var first = StartNode();
        await UntilAsync("SELECT count(*) = 2 FROM platform.probe_run WHERE name <> 'probe.often' AND ended IS NULL", "both long jobs to run");
        StartNode();
        await UntilAsync("SELECT count(*) = 2 FROM quartz.qrtz_scheduler_state", "both nodes to be in the cluster");
        await UntilAsync("SELECT count(*) >= 4 FROM platform.probe_run WHERE name = 'probe.often'", "the frequent job to run some times");

        first.Kill();
        await first.WaitForExitAsync(TestContext.Current.CancellationToken);
        await UntilAsync("SELECT count(*) = 2 FROM platform.probe_run WHERE name = 'probe.recovering'", "the other node to take over");
        await File.WriteAllTextAsync(_folder.File("release"), "", TestContext.Current.CancellationToken);
        await UntilAsync("SELECT count(*) = 1 FROM platform.job_run WHERE job = 'probe.recovering' AND outcome = 'succeeded'", "the job to end");
        await UntilAsync("SELECT count(*) = 1 FROM platform.job_run WHERE job = 'probe.waiting' AND outcome = 'lost'", "the history to know of the loss");

        Assert.Equal([("lost", "schedule"), ("succeeded", "recovery")], await RunsAsync("probe.recovering"));
        Assert.Equal([("lost", "schedule")], await RunsAsync("probe.waiting")); // its next time is in an hour
        Assert.Equal(1, await CountAsync("platform.probe_run WHERE name = 'probe.waiting'"));
        // A run whose node died lasted until then; the survivor's first check-in after it is later than that.
        Assert.Equal(0, await CountAsync("platform.probe_run a JOIN platform.probe_run b ON a.name = b.name AND a.id <> b.id AND a.began <= b.began AND a.ended > b.began"));
        Assert.Equal(0, await CountAsync("platform.job_run a JOIN platform.job_run b ON a.job = b.job AND a.id <> b.id AND a.started_at <= b.started_at AND coalesce(a.ended_at, 'infinity') > b.started_at"));
    }

    private Process StartNode()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Akashi.JobNode.dll");
        var node = Process.Start(new ProcessStartInfo("dotnet", [program, _folder.Path, _database.ApplicationConnection]) { RedirectStandardInput = true, UseShellExecute = false })!;
        _nodes.Add(node);
        return node;
    }

    private Task UntilAsync(string condition, string what) => TestWait.UntilAsync(async () => (await _database.QueryAsOwnerAsync<bool>(condition)).Single(), Patience, what);

    private Task<IReadOnlyList<(string Outcome, string Cause)>> RunsAsync(string job) =>
        _database.QueryAsOwnerAsync<(string Outcome, string Cause)>("SELECT outcome, cause FROM platform.job_run WHERE job = @job ORDER BY id", new { job });

    private async Task<long> CountAsync(string rows) => (await _database.QueryAsOwnerAsync<long>($"SELECT count(*) FROM {rows}")).Single();
}
