using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Akashi.Agent.Tests.Peers;

namespace Akashi.Agent.Tests.Collecting;

public sealed class RealConnectionTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Run_ConnectAcceptCloseRefuse_AllRecorded(string address)
    {
        Capability.NeedRoot();
        Capability.NeedBpf();
        await using var peer = await ServicePeer.StartAsync();
        await using var agent = new AgentProcess(peer);
        agent.Start();
        await Eventually.TrueAsync(() => !peer.Batches.IsEmpty, "the first batch. " + agent.Log);
        using var listener = new TcpListener(IPAddress.Parse(address), 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using (var client = Process.Start("bash", ["-c", $"exec 3<>/dev/tcp/{address}/{port}; echo hello >&3; sleep 0.2; exec 3>&-"]))
        {
            using (var accepted = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken)) await client.WaitForExitAsync(TestContext.Current.CancellationToken);
            listener.Stop();
        }
        using (var refused = Process.Start("bash", ["-c", $"exec 2>/dev/null 3<>/dev/tcp/{address}/{port}"])) await refused.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => Net(peer, port).Any(l => l.ContainsKey("result")), "the refused attempt. " + agent.Log);
        Assert.Equal(0, await agent.StopAsync());

        var lines = Net(peer, port);
        var listen = Assert.Single(lines, l => l["subEvt"] == "lsn");
        Assert.Equal(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), listen["psID"]);
        var connect = Assert.Single(lines, l => l["subEvt"] == "con" && !l.ContainsKey("result"));
        Assert.EndsWith("/bash", connect["psPath"], StringComparison.Ordinal);
        Assert.Equal((address, address), (connect["srcIP"], connect["dstIP"]));
        var accept = Assert.Single(lines, l => l["subEvt"] == "acpt");
        Assert.Equal((connect["srcPort"], listen["psGUID"]), (accept["srcPort"], accept["psGUID"]));
        var ends = lines.Where(l => l["subEvt"] == "dcon" && l["srcPort"] == connect["srcPort"]).ToList();
        Assert.Equal("6", Assert.Single(ends, l => l["psGUID"] == connect["psGUID"])["send"]);
        Assert.Equal("0", Assert.Single(ends, l => l["psGUID"] == listen["psGUID"])["send"]);
    }

    private static List<Dictionary<string, string>> Net(ServicePeer peer, string port) =>
        [.. peer.Lines().Values.Where(l => l.Contains(" evt=net ", StringComparison.Ordinal) && l.Contains($" dstPort={port}", StringComparison.Ordinal)).Select(TraceLines.Parse).Where(l => l["dstPort"] == port)];
}
