namespace Akashi.Agent.Collecting;

/// <summary>
/// One way of learning what happens on this machine. In each round every collector first fetches (only bytes are copied), then
/// every collector delivers, processes before files: so a file event finds the process that was begun before it.
/// </summary>
internal interface ICollector : IDisposable
{
    /// <summary>Kinds of events, each with the source it comes from, for example ("Process", "ebpf").</summary>
    IEnumerable<(string Kind, string Source)> Sources { get; }

    /// <summary>Descriptor that becomes readable when a round should not wait for its time; -1 when there is none.</summary>
    int Descriptor { get; }

    void Fetch();

    void Deliver();
}
