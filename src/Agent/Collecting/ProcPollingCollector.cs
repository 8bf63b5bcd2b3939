using Akashi.Agent.Processes;

namespace Akashi.Agent.Collecting;

/// <summary>
/// Processes by looking at /proc once a second, where the kernel tells an ordinary user nothing. What lives between two looks is not seen;
/// the record of the agent's start names this source, so that the gap is known.
/// </summary>
internal sealed class ProcPollingCollector(ProcessRecorder processes, TimeProvider clock) : ICollector
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private Dictionary<int, ulong> _seen = [];
    private long _looked;

    public IEnumerable<(string Kind, string Source)> Sources => [("Process", "proc polling")];

    public int Descriptor => -1;

    public void Fetch()
    {
    }

    public void Deliver()
    {
        if (_looked != 0 && clock.GetElapsedTime(_looked) < Interval) return;
        var first = _looked == 0;
        _looked = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        var present = new Dictionary<int, ulong>(_seen.Count);
        foreach (var id in ProcFolder.Ids())
        {
            if (ProcFolder.StartTicks(id) is not { } start) continue;
            present[id] = start;
            // At the first look everything has already been recorded as running.
            if (!first && (!_seen.TryGetValue(id, out var known) || known != start) && ProcFolder.Read(id) is { } facts) ProcFolderStart.Record(processes, facts, start, now);
        }
        foreach (var (id, start) in _seen)
        {
            if (!present.TryGetValue(id, out var current) || current != start) processes.Stopped(id, start, null, now);
        }
        _seen = present;
    }

    public void Dispose()
    {
    }
}
