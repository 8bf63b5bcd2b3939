using Akashi.Agent.Connections;
using Akashi.Agent.Kernel.Bpf;
using Akashi.Agent.Processes;
using Akashi.Agent.Recording;

namespace Akashi.Agent.Collecting;

/// <summary>Chooses for each kind of event the best source this machine permits.</summary>
internal sealed class CollectorSet(ProcessRecorder processes, ConnectionRecorder connections, Counters counters, TimeProvider clock, Log log)
{
    public List<ICollector> Open()
    {
        var collectors = new List<ICollector>();
        try
        {
            collectors.Add(new KernelTraceCollector(processes, connections, counters, clock));
        }
        catch (BpfException e)
        {
            log.Warn($"BPF cannot be used: {e.Message}");
        }
        return collectors;
    }
}
