using Akashi.Traces.Receive;

namespace Akashi.Traces.Index;

/// <summary>Batches and what they unpack to, until this is disposed.</summary>
internal sealed class PendingLogs : IDisposable
{
    private readonly List<(PendingBatch Batch, ReadOnlyMemory<byte> Log)> _all = [];
    private readonly List<BatchLog> _held = [];

    public IReadOnlyList<(PendingBatch Batch, ReadOnlyMemory<byte> Log)> All => _all;

    public void Add(PendingBatch batch, BatchLog log)
    {
        _held.Add(log);
        _all.Add((batch, log.Bytes));
    }

    public void Dispose()
    {
        foreach (var log in _held) log.Dispose();
        _held.Clear();
        _all.Clear();
    }
}
