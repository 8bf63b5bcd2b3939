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

    public Dictionary<string, string> Sources => _collectors.SelectMany(c => c.Sources).ToDictionary(s => s.Kind, s => s.Source, StringComparer.Ordinal);

    public void Use(Exclusions exclusions)
    {
        processes.Exclusions = exclusions;
        processes.Reconsider();
        _files?.Folders.Use(exclusions);
    }

    public void Open()
    {
        try
        {
            _collectors.Add(new KernelTraceCollector(processes, connections, counters, clock));
        }
        catch (BpfException e)
        {
            log.Warn($"BPF cannot be used: {e.Message}");
        }
        try
        {
            _collectors.Add(_files = new FileCollector(folders => new FileRecorder(folders, processes, line(), counters), counters, clock, log));
        }
        catch (FanotifyException e)
        {
            log.Warn($"Files are not recorded. {e.Message}");
        }
    }

    public void Dispose()
    {
        foreach (var collector in _collectors) collector.Dispose();
    }
}
