using Akashi.Durability;

namespace Akashi.Agent.Spooling;

/// <summary>Batch files that wait to be sent, oldest first, within a bound on disk.</summary>
internal sealed class Outbox
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiting> _waiting = new();
    private readonly string _folder;
    private readonly long _limit;
    private long _bytes;
    private long _linesGivenUp;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Outbox(string folder, long limit, IEnumerable<string> waiting)
    {
        (_folder, _limit) = (folder, limit);
        foreach (var path in waiting) Add(Path.GetFileName(path));
    }

    private sealed record Waiting(string Name, long Bytes)
    {
        public bool InFlight { get; set; }
    }

    public int Count { get { lock (_gate) return _waiting.Count; } }

    public long Bytes { get { lock (_gate) return _bytes; } }

    /// <summary>Completes at the next <see cref="Add"/> or return of a batch.</summary>
    public Task Changed { get { lock (_gate) return _changed.Task; } }

    public string PathOf(string name) => Path.Combine(_folder, name);

    public void Add(string name)
    {
        lock (_gate)
        {
            var batch = new Waiting(name, new FileInfo(PathOf(name)).Length);
            _waiting.AddLast(batch);
            _bytes += batch.Bytes;
            while (_bytes > _limit && OldestIdle() is { } oldest && oldest != _waiting.Last)
            {
                _linesGivenUp += BatchFile.CountLines(PathOf(oldest.Value.Name));
                File.Delete(PathOf(oldest.Value.Name));
                Remove(oldest);
            }
            Signal();
        }
    }

    /// <summary>The oldest batch that nobody is sending, or null.</summary>
    public string? Take()
    {
        lock (_gate)
        {
            if (OldestIdle() is not { } node) return null;
            node.Value.InFlight = true;
            return node.Value.Name;
        }
    }

    /// <summary>Sending failed for now.</summary>
    public void Return(string name)
    {
        lock (_gate)
        {
            if (Find(name) is { } node) node.Value.InFlight = false;
            Signal();
        }
    }

    public void Delete(string name)
    {
        File.Delete(PathOf(name));
        lock (_gate)
        {
            if (Find(name) is { } node) Remove(node);
        }
    }

    /// <summary>The service refused the batch for good: it is kept for people to look at.</summary>
    public void SetAside(string name, string folder)
    {
        DurableFile.CreateFolder(folder);
        File.Move(PathOf(name), Path.Combine(folder, name), overwrite: true);
        DurableFile.SyncFolder(folder);
        lock (_gate)
        {
            if (Find(name) is { } node) Remove(node);
        }
    }

    /// <summary>Lines dropped because the spool reached its bound, since the last call.</summary>
    public long TakeLinesGivenUp() => Interlocked.Exchange(ref _linesGivenUp, 0);

    private LinkedListNode<Waiting>? OldestIdle()
    {
        for (var node = _waiting.First; node is not null; node = node.Next)
        {
            if (!node.Value.InFlight) return node;
        }
        return null;
    }

    private LinkedListNode<Waiting>? Find(string name)
    {
        for (var node = _waiting.First; node is not null; node = node.Next)
        {
            if (node.Value.Name == name) return node;
        }
        return null;
    }

    private void Remove(LinkedListNode<Waiting> node)
    {
        _bytes -= node.Value.Bytes;
        _waiting.Remove(node);
    }

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
