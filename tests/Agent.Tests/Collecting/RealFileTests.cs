using System.Diagnostics;
using Akashi.Agent.Protocol;
using Akashi.Agent.Tests.Peers;

namespace Akashi.Agent.Tests.Collecting;

public sealed class RealFileTests
{
    [Fact]
    public async Task Run_ScriptWritesAndConnects_OneProcessGuid()
    {
        Capability.NeedRoot();
        Capability.NeedBpf();
        await using var peer = await ServicePeer.StartAsync();
        await using var agent = new AgentProcess(peer);
        agent.Start();
        await Eventually.TrueAsync(() => !peer.Batches.IsEmpty, "the first batch. " + agent.Log);
        var mark = Guid.CreateVersion7().ToString("N");
        var file = Path.Combine(agent.Root, mark + ".txt");
        await BashAsync($"echo {mark} > {file}; sleep 0.5; exec 3<>/dev/tcp/127.0.0.1/{peer.Address.Port}; exec 3>&-; mv {file} {file}.moved; mkdir {file}.d; echo x > {file}.d/inside; rm {file}.d/inside; rmdir {file}.d; rm {file}.moved");
        await Eventually.TrueAsync(() => Find(peer, "del", $"{file}.moved").Count > 0, "the last deletion. " + agent.Log);
        Assert.Equal(0, await agent.StopAsync());

        var start = Assert.Single(peer.Lines().Values.Where(l => l.Contains(" evt=ps subEvt=start ", StringComparison.Ordinal) && l.Contains($"echo {mark} >", StringComparison.Ordinal)).Select(TraceLines.Parse));
        var guid = start["psGUID"];
        Assert.Equal(guid, Assert.Single(Find(peer, "create", file))["psGUID"]);
        var close = Assert.Single(Find(peer, "close", file));
        Assert.Equal(guid, close["psGUID"]);
        Assert.Equal("33", close["size"]);
        var connection = Assert.Single(peer.Lines().Values.Select(TraceLines.Parse), p => p.GetValueOrDefault("evt") == "net" && p["subEvt"] == "con" && p.GetValueOrDefault("psGUID") == guid);
        Assert.Equal($"{peer.Address.Port}", connection["dstPort"]);
        Assert.Equal("127.0.0.1", connection["srcIP"]);

        var rename = Assert.Single(Find(peer, "rename", file));
        Assert.Equal(file + ".moved", rename["newPath"]);
        Assert.EndsWith("/mv", rename["psPath"], StringComparison.Ordinal);
        Assert.Equal(guid, peer.Lines().Values.Select(TraceLines.Parse).First(p => p.GetValueOrDefault("psGUID") == rename["psGUID"] && p["subEvt"] == "start")["parentGUID"]);
        Assert.Single(Find(peer, "createDir", file + ".d"));
        Assert.Single(Find(peer, "create", file + ".d/inside"));
        Assert.Single(Find(peer, "del", file + ".d/inside"));
        Assert.Single(Find(peer, "delDir", file + ".d"));
    }

    [Fact]
    public async Task Run_ExcludedByPolicy_LeftOutAndCounted()
    {
        Capability.NeedRoot();
        Capability.NeedBpf();
        await using var peer = await ServicePeer.StartAsync();
        await using var agent = new AgentProcess(peer);
        var folder = Directory.CreateDirectory(Path.Combine(agent.Root, "left-out")).FullName;
        var program = Path.Combine(agent.Root, "left-out-program");
        File.Copy("/bin/bash", program);
        peer.Policy = new AgentPolicy([folder], [program], 1);
        agent.Start();
        await Eventually.TrueAsync(() => !peer.ClientCertificates.IsEmpty && agent.Status() is { Events: > 0 }, "the policy. " + agent.Log);
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        var mark = Guid.CreateVersion7().ToString("N");
        await BashAsync($"for i in 1 2 3; do echo {mark} > {folder}/{mark}-$i; done; echo {mark} > {folder}-not-{mark}");
        using (var left = Process.Start(program, ["-c", $"/bin/true child-{mark}; echo > {agent.Root}/by-program-{mark}; sleep 0.3; /bin/true later-{mark}"])) await left.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => Find(peer, "create", $"{folder}-not-{mark}").Count > 0, "the file outside");
        await Eventually.TrueAsync(() => agent.Status()!.Excluded is { } e && e["path"] >= 3 && e["process"] >= 3 && e["own"] > 0, "the counts");
        Assert.Equal(0, await agent.StopAsync());

        var lines = peer.Lines();
        Assert.DoesNotContain(lines.Values, l => l.Contains($"{folder}/{mark}", StringComparison.Ordinal) && !l.Contains("cmd=", StringComparison.Ordinal));
        Assert.DoesNotContain(lines.Values, l => l.Contains("by-program-" + mark, StringComparison.Ordinal) || l.Contains("child-" + mark, StringComparison.Ordinal) || l.Contains("later-" + mark, StringComparison.Ordinal));
        Assert.DoesNotContain(lines.Values, l => l.Contains($"path=\"{agent.Data}/", StringComparison.Ordinal));
        var report = TraceLines.Parse(lines.Values.Last(l => l.Contains(" evt=sys subEvt=run ", StringComparison.Ordinal)));
        Assert.True(int.Parse(report["excludedPath"], System.Globalization.CultureInfo.InvariantCulture) >= 3);
        Assert.Equal("ebpf", report["sourceProcess"]);
        Assert.Equal("fanotify", report["sourceFile"]);
    }

    private static async Task BashAsync(string script)
    {
        using var bash = Process.Start("bash", ["-c", script]);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static List<Dictionary<string, string>> Find(ServicePeer peer, string subEvent, string path) =>
        [.. peer.Lines().Values.Where(l => l.Contains($" evt=file subEvt={subEvent} ", StringComparison.Ordinal)).Select(TraceLines.Parse).Where(p => p["path"] == path)];
}
