namespace Akashi.Agent.Processes;

/// <summary>
/// Running processes, and ended ones for a while: a file event is read a moment after it happened and its process may be gone. Used by the
/// collecting thread only.
/// </summary>
internal sealed class ProcessTable(string terminalAndBoot, TimeProvider clock)
{
    private const int MostEnded = 4096;
    private static readonly TimeSpan KeepEnded = TimeSpan.FromSeconds(30);

    private readonly Dictionary<int, ProcessEntry> _byId = [];
    private readonly Queue<ProcessEntry> _ended = new();

    public int Count => _byId.Count;

    public IEnumerable<ProcessEntry> All => _byId.Values;

    public ProcessEntry? Find(int id) => _byId.GetValueOrDefault(id);

    /// <summary>Null if the id belongs to another process by now.</summary>
    public ProcessEntry? Find(int id, ulong startTicks) => Find(id) is { } entry && entry.StartTicks == startTicks ? entry : null;

    /// <summary>A child begins as a copy of its parent.</summary>
    public ProcessEntry Fork(int id, ulong startTicks, int parentId, ulong parentStart)
    {
        var entry = new ProcessEntry(id, startTicks) { ParentId = parentId };
        if (Find(parentId, parentStart) is { } parent) Inherit(entry, parent);
        _byId[id] = entry;
        return entry;
    }

    public void Inherit(ProcessEntry child, ProcessEntry parent)
    {
        child.ParentGuid = GuidOf(parent);
        child.ParentPath = parent.Path;
        if (child.Path.Length == 0) (child.Path, child.User) = (parent.Path, parent.User);
        child.Excluded |= parent.Excluded;
    }

    public void Add(ProcessEntry entry) => _byId[entry.Id] = entry;

    public string GuidOf(ProcessEntry entry) => entry.Guid(terminalAndBoot);

    public void End(ProcessEntry entry)
    {
        entry.EndedAt = clock.GetTimestamp();
        _ended.Enqueue(entry);
        Forget();
    }

    /// <summary>Drops what ended long ago; bounded in number as well as in time.</summary>
    public void Forget()
    {
        while (_ended.TryPeek(out var oldest) && (_ended.Count > MostEnded || clock.GetElapsedTime(oldest.EndedAt) > KeepEnded))
        {
            _ended.Dequeue();
            if (ReferenceEquals(Find(oldest.Id), oldest)) _byId.Remove(oldest.Id);
        }
    }
}
