using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;

namespace Akashi.Traces.Store.Reading;

/// <summary>
/// Keeps recently used segments open, within bounds on files and on memory for directories and indexes. Segments in use beyond the
/// bounds stay open until their use ends. Of segments that are asked the indexes are read in the background while there is room: page by page, as
/// questions come to need them, each would wait for the disk. Thread-safe.
/// </summary>
/// <param name="maxFiles">Files kept open; at least 1, default 1 024.</param>
/// <param name="maxBytes">Bytes of directories and indexes kept; default 256 MiB. What a use reads counts from the next use on.</param>
/// <param name="maxPartBytes">Bytes of decoded parts of blocks kept beside them; default 192 MiB.</param>
internal sealed class SegmentCache(int maxFiles = 1024, long maxBytes = 256L << 20, long maxPartBytes = 192L << 20) : IDisposable
{
    /// <summary>The disk is first of all for the question that opened the segments.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, LinkedListNode<Entry>> _known = [];
    private readonly LinkedList<Entry> _recent = new();
    private readonly PartBudget _parts = new(maxPartBytes);
    private readonly Queue<Entry> _unread = new(); // whose indexes are to be read
    private bool _isReading;
    private long _bytes;
    private bool _disposed;

    public int OpenFiles
    {
        get
        {
            lock (_lock) return _known.Count;
        }
    }

    /// <summary>Memory that decoded parts of blocks take.</summary>
    public long PartBytes => _parts.Taken;

    /// <summary>Opens a segment or takes it from the cache; the file stays open at least until the use is disposed.</summary>
    /// <param name="keyOf">Called only when the file has to be opened.</param>
    /// <param name="asked">Whether the index will be of use to this question and others.</param>
    public SegmentReader.Use Get(TenantId tenant, Guid segmentId, string path, Func<Guid, byte[]> keyOf, bool asked = false)
    {
        lock (_lock)
        {
            if (Known(tenant, segmentId, asked, out var use)) return use;
        }
        // Opening reads and decrypts: not under the lock. Should two open the same segment, one of them is closed again.
        var opened = SegmentReader.Open(tenant, path, segmentId, keyOf(segmentId));
        lock (_lock)
        {
            if (Known(tenant, segmentId, asked, out var use))
            {
                opened.Dispose();
                return use;
            }
            if (_disposed)
            {
                opened.Dispose();
                throw new ObjectDisposedException(nameof(SegmentCache));
            }
            _ = opened.TryUse(out use);
            opened.KeepParts(_parts);
            _known.Add(segmentId, _recent.AddFirst(new Entry(opened)));
            Shrink();
            if (asked) ReadIndex(_recent.First!.Value);
            return use;
        }
    }

    /// <summary>Forgets a segment that was merged away or dropped.</summary>
    public void Remove(Guid segmentId)
    {
        lock (_lock)
        {
            if (_known.TryGetValue(segmentId, out var node)) Remove(node);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _unread.Clear();
            while (_recent.Last is { } node) Remove(node);
        }
    }

    private bool Known(TenantId tenant, Guid segmentId, bool asked, out SegmentReader.Use use)
    {
        use = default;
        if (!_known.TryGetValue(segmentId, out var node)) return false;
        if (node.Value.Reader.Tenant != tenant) throw new InvalidOperationException($"Segment {segmentId:N} belongs to another tenant than the one that asks.");
        _recent.Remove(node);
        _recent.AddFirst(node);
        Shrink();
        if (asked) ReadIndex(node.Value);
        return node.Value.Reader.TryUse(out use);
    }

    private void ReadIndex(Entry entry)
    {
        if (entry.IsIndexRead) return;
        entry.IsIndexRead = true;
        _unread.Enqueue(entry);
        if (_isReading) return;
        _isReading = true;
        _ = ReadIndexesAsync();
    }

    private async Task ReadIndexesAsync()
    {
        await Task.Delay(Patience);
        await BackgroundThread.RunAsync(ReadIndexes);
    }

    private bool ReadIndexes()
    {
        while (NextUnread(out var entry, out var use))
        {
            using (use)
            {
                try
                {
                    entry.Reader.Index.ReadAll();
                }
                catch (Exception e) when (e is SegmentDamagedException or IOException)
                {
                    // The question that comes to need the page meets it again, and says so.
                }
            }
            lock (_lock)
            {
                if (entry.IsKnown) Count(entry);
            }
        }
        return true;
    }

    /// <summary>The next segment whose index there is room for.</summary>
    private bool NextUnread(out Entry entry, out SegmentReader.Use use)
    {
        lock (_lock)
        {
            while (_unread.TryDequeue(out entry!))
            {
                if (_bytes + entry.Reader.Index.WholeBytes <= maxBytes && entry.Reader.TryUse(out use)) return true;
            }
            use = default;
            return _isReading = false;
        }
    }

    /// <summary>Counts what the most recent segment holds by now. Of the least recent ones the indexes go first: pages are read again at once, a directory is not.</summary>
    private void Shrink()
    {
        Count(_recent.First!.Value);
        for (var last = _recent.Last!; _bytes > maxBytes && last != _recent.First; last = last.Previous!)
        {
            last.Value.Reader.Index.Drop();
            Count(last.Value);
        }
        while (_recent.Count > 1 && (_recent.Count > maxFiles || _bytes > maxBytes)) Remove(_recent.Last!);
        if (!_parts.IsFull) return;
        for (var last = _recent.Last; last is not null && !_parts.IsHalfFree; last = last.Previous) last.Value.Reader.Parts?.Drop();
        _parts.Reopen();
    }

    private void Count(Entry entry)
    {
        var held = entry.Reader.CachedBytes;
        _bytes += held - entry.Counted;
        entry.Counted = held;
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _recent.Remove(node);
        _known.Remove(node.Value.Reader.Id);
        _bytes -= node.Value.Counted;
        node.Value.IsKnown = false;
        node.Value.Reader.Dispose();
    }

    private sealed class Entry(SegmentReader reader)
    {
        public SegmentReader Reader => reader;

        public long Counted { get; set; }

        /// <summary>Or is being read, or there was no room for it.</summary>
        public bool IsIndexRead { get; set; }

        public bool IsKnown { get; set; } = true;
    }
}
