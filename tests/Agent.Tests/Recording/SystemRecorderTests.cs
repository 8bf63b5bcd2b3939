using Akashi.Agent.Protocol;
using Akashi.Agent.Recording;
using Akashi.Agent.Spooling;
using Akashi.Agent.Terminals;
using Akashi.Agent.Tests.Peers;

namespace Akashi.Agent.Tests.Recording;

public sealed class SystemRecorderTests : IDisposable
{
    private static readonly Tmid Tmid = Tmid.Parse("0f8c2a54-77aa-4c1e-9d1c-3b3f0d6f2a11");
    private readonly TestFolder _folder = new();
    private readonly Counters _counters = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ReportLosses_TwoSources_OneRecordEachAndOnlyOnce()
    {
        var lines = Record(system =>
        {
            _counters.Lost("ebpf", 3);
            _counters.Lost("fanotify", 1);
            _counters.Lost("ebpf", 4);
            _counters.Lost("nothing", 0);
            system.ReportLosses();
            system.ReportLosses();
            _counters.Lost("ebpf", 5);
            system.ReportLosses();
        });
        Assert.All(lines, l => Assert.Equal(("sys", "outDsk"), (l["evt"], l["subEvt"])));
        Assert.Equal([("ebpf", "5"), ("ebpf", "7"), ("fanotify", "1")], lines.Select(l => (l["source"], l["lost"])).Order());
        Assert.Equal(12, _counters.LostBySource["ebpf"]);
    }

    [Fact]
    public void ReportLosses_SpoolTakesNothing_ReportedLater()
    {
        using var spool = Spool.Open(_folder.Path, Tmid, new SpoolLimits(MemoryBytes: -1), TimeProvider.System);
        var system = new SystemRecorder(new LineComposer(new Terminal(Tmid), spool, _counters), _counters, TimeProvider.System);
        _counters.Lost("ebpf", 3);
        system.ReportLosses();
        Assert.Equal(3, _counters.Unreported.Single(u => u.Key == "ebpf").Value);
        Assert.True(_counters.LostBySource["spool"] >= 1);
    }

    [Fact]
    public void Running_Counts_OwnKeys()
    {
        var lines = Record(system =>
        {
            _counters.PathExcluded();
            system.Running(new Dictionary<string, string>(StringComparer.Ordinal) { ["Process"] = "ebpf" });
            system.BatchRefused(new RejectedBatchReport("x.zip", 422, "batch.bad"));
        });
        Assert.Equal(("1", "0", "0", "ebpf"), (lines[0]["excludedPath"], lines[0]["excludedOwn"], lines[0]["excludedProcess"], lines[0]["sourceProcess"]));
        Assert.Equal(("outDsk", "x.zip", "422", "batch.bad"), (lines[1]["subEvt"], lines[1]["batch"], lines[1]["status"], lines[1]["code"]));
    }

    private List<Dictionary<string, string>> Record(Action<SystemRecorder> action)
    {
        using var spool = Spool.Open(_folder.Path, Tmid, new SpoolLimits(), TimeProvider.System);
        action(new SystemRecorder(new LineComposer(new Terminal(Tmid), spool, _counters), _counters, TimeProvider.System));
        spool.CloseBatch();
        var zip = Directory.EnumerateFiles(_folder.Path, "*.zip").Single();
        return [.. ServicePeer.Unzip(Path.GetFileName(zip), File.ReadAllBytes(zip)).Select(TraceLines.Parse)];
    }
}
