namespace Akashi.Traces.Receive;

/// <summary>
/// Bounds the memory of batches under way. A batch counts ten times its zip (what traces unpack to) and at least 1 MiB; beyond the bound
/// senders are asked to come back instead of the process growing.
/// </summary>
internal sealed class ReceiveBudget
{
    private const long Total = 768L << 20;
    private const long Least = 1 << 20;
    private const int UnpackFactor = 10;

    private long _taken;

    /// <returns>Null when the budget is used up; dispose to give the share back.</returns>
    public IDisposable? TryTake(long zipBytes)
    {
        var bytes = Math.Min(Total, Math.Max(Least, zipBytes * UnpackFactor));
        if (Interlocked.Add(ref _taken, bytes) <= Total) return new Share(this, bytes);
        Interlocked.Add(ref _taken, -bytes);
        return null;
    }

    private sealed class Share(ReceiveBudget budget, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        public void Dispose() => Interlocked.Add(ref budget._taken, -Interlocked.Exchange(ref _bytes, 0));
    }
}
