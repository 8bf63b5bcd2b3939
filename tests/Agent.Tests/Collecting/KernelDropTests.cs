using System.Diagnostics;
using System.Globalization;
using Akashi.Agent.Tests.Peers;

namespace Akashi.Agent.Tests.Collecting;

public sealed class KernelDropTests
{
    /// <summary>The agent is held by SIGSTOP until the kernel's buffers overflow.</summary>
    [Fact]
    public async Task Run_AgentHeldUntilBuffersOverflow_LossesRecorded()
    {
        Capability.NeedRoot();
        Capability.NeedBpf();
        await using var peer = await ServicePeer.StartAsync();
        await using var agent = new AgentProcess(peer);
        agent.Start();
        await Eventually.TrueAsync(() => !peer.Batches.IsEmpty, "the first batch. " + agent.Log);
        var id = agent.Id.ToString(CultureInfo.InvariantCulture);
        var folder = Path.Combine(agent.Root, "many");
        await RunAsync("kill", "-STOP", id);
        try
        {
            await RunAsync("bash", "-c", $"a=$(printf 'x%.0s' $(seq 8000)); for i in $(seq 300); do /bin/true $a; done; mkdir {folder}; cd {folder}; for i in $(seq 20000); do : > f$i; done; cd /; rm -r {folder}");
        }
        finally
        {
            await RunAsync("kill", "-CONT", id);
        }
        await Eventually.TrueAsync(() => Losses(peer).Count >= 2, "records of both losses. " + agent.Log);
        Assert.Equal(0, await agent.StopAsync());
        var losses = Losses(peer);
        Assert.True(losses.Where(l => l["source"] == "ebpf").Sum(l => long.Parse(l["lost"], CultureInfo.InvariantCulture)) >= 100);
        Assert.Contains(losses, l => l["source"] == "fanotify");
        var lines = peer.Lines();
        Assert.Equal(lines.Count, lines.Keys.Last());
    }

    private static List<Dictionary<string, string>> Losses(ServicePeer peer) =>
        [.. peer.Lines().Values.Where(l => l.Contains(" evt=sys subEvt=outDsk ", StringComparison.Ordinal)).Select(TraceLines.Parse)];

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
