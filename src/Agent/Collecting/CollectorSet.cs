using Akashi.Agent.Connections;
using Akashi.Agent.Files;
using Akashi.Agent.Kernel.Bpf;
using Akashi.Agent.Processes;
using Akashi.Agent.Recording;

namespace Akashi.Agent.Collecting;

/// <summary>Chooses for each kind of event the best source this machine permits.</summary>
internal sealed class CollectorSet(ProcessRecorder processes, ConnectionRecorder connections, Func<LineComposer> line, Counters counters, TimeProvider clock, Log log) : IDisposable
{
    private readonly List<ICollector> _collectors = [];
    private FileCollector? _files;

    public IReadOnlyList<ICollector> Collectors => _collectors;

    /// <summary>Every kind of event and what it is collected by; "none" where nothing is permitted.</summary>
    public Dictionary<string, string> Sources
    {
        get
        {
            var sources = _collectors.SelectMany(c => c.Sources).ToDictionary(s => s.Kind, s => s.Source, StringComparer.Ordinal);
            foreach (var kind in (string[])["Process", "Connection", "File"]) sources.TryAdd(kind, "none");
            return sources;
        }
    }

    public void Use(Exclusions exclusions)
    {
        processes.Exclusions = exclusions;
        processes.Reconsider();
        _files?.Folders.Use(exclusions);
    }

    public void Open()
    {
        OpenProcesses();
        try
        {
            _collectors.Add(_files = new FileCollector(folders => new FileRecorder(folders, processes, line(), counters), counters, clock, log));
        }
        catch (FanotifyException e)
        {
            log.Warn($"Files are not recorded. {e.Message}");
        }
    }

    private void OpenProcesses()
    {
        try
        {
            _collectors.Add(new KernelTraceCollector(processes, connections, counters, clock));
            return;
        }
        catch (BpfException e)
        {
            log.Warn($"BPF cannot be used, short processes and connections will be incomplete: {e.Message}");
        }
        try
        {
            _collectors.Add(new ProcConnectorCollector(processes, counters, clock));
        }
        catch (ConnectorException e)
        {
            log.Warn($"{e.Message} Processes are looked for in /proc once a second; run the agent as root.");
            _collectors.Add(new ProcPollingCollector(processes, clock));
        }
        _collectors.Add(new SocketPollingCollector(connections, clock));
    }

    public void Dispose()
    {
        foreach (var collector in _collectors) collector.Dispose();
    }
}
