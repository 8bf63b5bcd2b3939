using Akashi.Agent.Connections;
using Akashi.Agent.Files;
using Akashi.Agent.Processes;
using Akashi.Agent.Protocol;
using Akashi.Agent.Recording;
using Akashi.Agent.Spooling;
using Akashi.Agent.Terminals;
using Akashi.Agent.Tests.Peers;

namespace Akashi.Agent.Tests;

/// <summary>The recorders of an agent on a spool of their own, without the sources that feed them.</summary>
internal sealed class Recorders : IDisposable
{
    private static readonly Tmid Tmid = Tmid.Parse("0f8c2a54-77aa-4c1e-9d1c-3b3f0d6f2a11");
    private readonly TestFolder _folder = new();
    private readonly Terminal _terminal = new(Tmid);

    public Recorders()
    {
        Spool = Spool.Open(_folder.Path, Tmid, new SpoolLimits(), TimeProvider.System);
        Processes = new ProcessRecorder(_terminal, new ProcessTable("t", TimeProvider.System), new ImageCatalogue(), new UserNames(TimeProvider.System), Line(), Counters, TimeProvider.System)
        {
            OwnProcess = -1, // this process and its children are what is watched
        };
        Connections = new ConnectionRecorder(Processes, Line(), Counters);
        System = new SystemRecorder(Line(), Counters, TimeProvider.System);
    }

    public Counters Counters { get; } = new();
    public Spool Spool { get; }
    public ProcessRecorder Processes { get; }
    public ConnectionRecorder Connections { get; }
    public SystemRecorder System { get; }

    public FileRecorder Files(FolderPaths folders) => new(folders, Processes, Line(), Counters);

    public List<Dictionary<string, string>> Lines(string evt, string subEvt)
    {
        Spool.CloseBatch();
        return [.. Directory.EnumerateFiles(_folder.Path, "*.zip").SelectMany(f => ServicePeer.Unzip(Path.GetFileName(f), File.ReadAllBytes(f)))
            .Where(l => l.Contains($" evt={evt} subEvt={subEvt} ", StringComparison.Ordinal)).Select(TraceLines.Parse)];
    }

    public void Dispose()
    {
        Spool.Dispose();
        _folder.Dispose();
    }

    private LineComposer Line() => new(_terminal, Spool, Counters);
}
