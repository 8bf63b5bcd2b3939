using System.Diagnostics;
using Akashi.Agent.Tests.Peers;

namespace Akashi.Agent.Tests.Collecting;

public sealed class RealProcessTests
{
    [Fact]
    public async Task Run_ThousandShortProcesses_AllStartsWithCommandLine()
    {
        Capability.NeedRoot();
        Capability.NeedBpf();
        await using var peer = await ServicePeer.StartAsync();
        await using var agent = new AgentProcess(peer);
        agent.Start();
        await Eventually.TrueAsync(() => !peer.Batches.IsEmpty, "the first batch. " + agent.Log);
        var mark = Guid.CreateVersion7().ToString("N");
        using (var shell = Process.Start("bash", ["-c", $"for i in $(seq 1000); do /bin/true {mark}-$i; done"])) await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => Starts(peer, mark).Count >= 1000, "1000 starts. " + agent.Log);
        Assert.Equal(0, await agent.StopAsync());

        var starts = Starts(peer, mark);
        Assert.Equal(1000, starts.Count);
        Assert.Equal(1000, starts.Select(s => s["psGUID"]).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(1000, starts.Select(s => s["cmd"]).Distinct(StringComparer.Ordinal).Count());
        Assert.All(starts, s => Assert.EndsWith("/bin/true", s["psPath"], StringComparison.Ordinal));
        Assert.All(starts, s => Assert.Equal(64, s["sha256"].Length));
        var lines = peer.Lines();
        Assert.Equal(lines.Count, lines.Keys.Last());
        Assert.Contains("subEvt=stop os=", lines.Values.Last(), StringComparison.Ordinal);
    }

    private static List<Dictionary<string, string>> Starts(ServicePeer peer, string mark) =>
        [.. peer.Lines().Values.Where(l => l.Contains($"cmd=\"/bin/true {mark}-", StringComparison.Ordinal) && l.Contains(" evt=ps subEvt=start ", StringComparison.Ordinal)).Select(TraceLines.Parse)];
}
