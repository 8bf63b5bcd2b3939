using System.Collections.Concurrent;
using Akashi.Platform.Hosting;

namespace Akashi.Traces.Receive;

/// <summary>
/// Unpacked logs that the indexer will want within seconds; spares it decrypting and unpacking the archive. Only a cache:
/// what does not fit or was lost is read from the archive.
/// </summary>
internal sealed class RecentLogs(ServerOptions options)
{
    private const long MaximumBytes = 128 << 20;

    private readonly ConcurrentDictionary<string, byte[]> _logs = new(StringComparer.Ordinal);
    private long _bytes;

    public void Keep(string objectKey, byte[] log)
    {
        if (!options.SearchesTraces) return; // nobody on this node would take it
        if (Interlocked.Add(ref _bytes, log.Length) <= MaximumBytes && _logs.TryAdd(objectKey, log)) return;
        Interlocked.Add(ref _bytes, -log.Length);
    }

    /// <summary>Leaves it for the indexer.</summary>
    public byte[]? Find(string objectKey) => _logs.GetValueOrDefault(objectKey);

    public byte[]? Take(string objectKey)
    {
        if (!_logs.TryRemove(objectKey, out var log)) return null;
        Interlocked.Add(ref _bytes, -log.Length);
        return log;
    }
}
