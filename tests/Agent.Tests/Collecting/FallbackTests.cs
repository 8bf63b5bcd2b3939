using System.Diagnostics;
using Akashi.Agent.Collecting;
using Akashi.Agent.Kernel;

namespace Akashi.Agent.Tests.Collecting;

/// <summary>The poorer sources, driven round by round in this process.</summary>
public sealed class FallbackTests : IDisposable
{
    private readonly Recorders _recorders = new();

    public void Dispose() => _recorders.Dispose();

    [Fact]
    public async Task Connector_ShortAndLongProcesses_EveryStartRecordedGoneOnesMarked()
    {
        Capability.NeedRoot();
        using var collector = Connector();
        _recorders.Processes.Seed();
        var mark = Guid.CreateVersion7().ToString("N");
        using var shell = Process.Start("bash", ["-c", $"for i in $(seq 100); do /bin/true {mark}-$i; done; sleep 1.5; true; # {mark}"]);
        await RoundsAsync(collector, shell);
        var starts = Lines("ps", "start");
        var children = starts.Where(s => s.GetValueOrDefault("parentGUID") == starts.First(p => p.GetValueOrDefault("cmd", "").Contains("sleep 1.5; true; # " + mark, StringComparison.Ordinal))["psGUID"]).ToList();
        Assert.InRange(children.Count, 100, 103); // and seq, sleep
        Assert.All(children, c => Assert.True(c.ContainsKey("incomplete") || c["cmd"].Length > 0));
        Assert.Equal("sleep 1.5", Assert.Single(children, c => c.GetValueOrDefault("cmd") == "sleep 1.5")["cmd"]);
        Assert.True(Lines("ps", "stop").Count >= 100);
    }

    [Fact]
    public async Task Polling_ProcessThatStays_StartAndStop()
    {
        using var collector = new ProcPollingCollector(_recorders.Processes, TimeProvider.System);
        _recorders.Processes.Seed();
        collector.Deliver();
        using var sleeper = Process.Start("sleep", "2.718");
        await RoundsAsync(collector, sleeper, after: 1500);
        var start = Assert.Single(Lines("ps", "start"), s => s["cmd"] == "sleep 2.718");
        Assert.EndsWith("/sleep", start["psPath"], StringComparison.Ordinal);
        Assert.Single(Lines("ps", "stop"), s => s["psGUID"] == start["psGUID"]);
    }

    [Fact]
    public async Task SocketPolling_ConnectionThatStays_BothEndsAndClose()
    {
        using var collector = new SocketPollingCollector(_recorders.Connections, TimeProvider.System);
        collector.Deliver();
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        using var client = Process.Start("bash", ["-c", $"exec 3<>/dev/tcp/127.0.0.1/{port}; sleep 2.5; true"]);
        using var accepted = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await RoundsAsync(collector, client, after: 1500);
        var connection = Assert.Single(Lines("net", "con"), c => c["dstPort"] == port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.EndsWith("/bash", connection["psPath"], StringComparison.Ordinal);
        Assert.Single(Lines("net", "dcon"), c => c["srcPort"] == connection["srcPort"] && c["psGUID"] == connection["psGUID"]);
    }

    [Fact]
    public void Connector_NotRoot_SaysSo()
    {
        Assert.SkipWhen(LibC.EffectiveUser() == 0, "root may use the connector.");
        Assert.Throws<ConnectorException>(Connector);
    }

    private ProcConnectorCollector Connector()
    {
        try
        {
            return new ProcConnectorCollector(_recorders.Processes, _recorders.Counters, TimeProvider.System);
        }
        catch (ConnectorException e) when (LibC.EffectiveUser() == 0)
        {
            Assert.Skip(e.Message);
            throw;
        }
    }

    private async Task RoundsAsync(ICollector collector, Process until, int after = 300)
    {
        using var ended = new CancellationTokenSource();
        var exit = until.WaitForExitAsync(TestContext.Current.CancellationToken).ContinueWith(_ => ended.CancelAfter(after), TaskScheduler.Default);
        while (!ended.IsCancellationRequested)
        {
            collector.Deliver();
            _recorders.Processes.Settle();
            await Task.Delay(5);
        }
        await exit;
        _recorders.Processes.Settle(all: true);
    }

    private List<Dictionary<string, string>> Lines(string evt, string subEvt) => _recorders.Lines(evt, subEvt);
}
