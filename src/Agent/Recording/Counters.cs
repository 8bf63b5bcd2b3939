using System.Collections.Concurrent;

namespace Akashi.Agent.Recording;

/// <summary>Running totals since the start, by name. Written by the collecting thread, read by the status writer.</summary>
internal sealed class Counters
{
    private readonly ConcurrentDictionary<string, long> _lost = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _unreported = new(StringComparer.Ordinal);
    private long _events, _lines, _ownExcluded, _pathExcluded, _processExcluded;

    public long Events => Interlocked.Read(ref _events);
    public long Lines => Interlocked.Read(ref _lines);

    public IReadOnlyDictionary<string, long> LostBySource => _lost;

    public IReadOnlyDictionary<string, long> Excluded => new Dictionary<string, long>(StringComparer.Ordinal)
    {
        ["own"] = Interlocked.Read(ref _ownExcluded),
        ["path"] = Interlocked.Read(ref _pathExcluded),
        ["process"] = Interlocked.Read(ref _processExcluded),
    };

    public void Event() => Interlocked.Increment(ref _events);
    public void Line() => Interlocked.Increment(ref _lines);
    public void OwnExcluded() => Interlocked.Increment(ref _ownExcluded);
    public void PathExcluded() => Interlocked.Increment(ref _pathExcluded);
    public void ProcessExcluded() => Interlocked.Increment(ref _processExcluded);

    /// <summary>Events that are gone; each becomes part of a record by <see cref="TakeUnreported"/>.</summary>
    public void Lost(string source, long count)
    {
        if (count <= 0) return;
        _lost.AddOrUpdate(source, count, (_, old) => unchecked(old + count));
        _unreported.AddOrUpdate(source, count, (_, old) => unchecked(old + count));
    }

    /// <summary>What has been lost since the last successful report.</summary>
    public IEnumerable<KeyValuePair<string, long>> Unreported => _unreported;

    public void Reported(string source, long count)
    {
        if (_unreported.AddOrUpdate(source, 0, (_, old) => old - count) == 0) _unreported.TryRemove(new KeyValuePair<string, long>(source, 0));
    }
}
