namespace Akashi.Traces.Receive;

/// <summary>
/// Bounds the memory of batches under way: the zip three times (as it came, as it is unpacked from, as it is sealed) and the log that it
/// says it unpacks to. Beyond the bound senders are asked to come back instead of the process growing.
/// </summary>
internal sealed class ReceiveBudget
{
    private const long Total = 512L << 20;
    private const long Least = 1 << 20;
    private const int ZipCopies = 3;

    private long _taken;

    /// <returns>Null when the budget is used up; dispose to give the share back.</returns>
    public Share? TryTake(long zipBytes)
    {
        var bytes = Math.Max(Least, zipBytes * ZipCopies);
        return TryAdd(bytes) ? new Share(this, bytes) : null;
    }

    private bool TryAdd(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= Total) return true;
        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    internal sealed class Share(ReceiveBudget budget, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        /// <summary>Asks for what unpacking takes, before anything is unpacked: a small zip may promise much.</summary>
        public bool TryGrow(long logBytes)
        {
            if (!budget.TryAdd(logBytes)) return false;
            Interlocked.Add(ref _bytes, logBytes);
            return true;
        }

        public void Dispose() => Interlocked.Add(ref budget._taken, -Interlocked.Exchange(ref _bytes, 0));
    }
}
