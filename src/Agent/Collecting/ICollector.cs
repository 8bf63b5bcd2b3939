namespace Akashi.Agent.Collecting;

/// <summary>
/// One way of learning what happens on this machine. In each round every collector first fetches (only bytes are copied), then
/// every collector delivers, processes before files: so a file event finds the process that was begun before it. Deliver hands over only what
/// was fetched: what comes later may be of a process that has begun, and perhaps ended, since the processes were delivered.
/// </summary>
internal interface ICollector : IDisposable
{
    /// <summary>Kinds of events, each with the source it comes from, for example ("Process", "ebpf").</summary>
    IEnumerable<(string Kind, string Source)> Sources { get; }

    /// <summary>Descriptor that becomes readable when a round should not wait for its time; -1 when there is none.</summary>
    int Descriptor { get; }

    /// <summary>More waited than the last fetch could take: the next round does not wait for its time.</summary>
    bool More => false;

    void Fetch();

    void Deliver();
}
