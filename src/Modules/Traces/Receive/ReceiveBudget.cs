using Akashi.Platform.Tenancy;

namespace Akashi.Traces.Receive;

/// <summary>
/// Bounds the memory of batches under way: the zip twice, as it came and as it is sealed. Beyond the bound senders are asked to come back instead of the
/// process growing. A tenant's second batch may take no more than leaves as much free as the tenant then holds: alone it gets half, and a part is free
/// whenever another one comes.
/// </summary>
internal sealed class ReceiveBudget
{
    private const long Total = 256L << 20;
    private const long Least = 256 << 10;
    private const int ZipCopies = 2;

    /// <summary>A batch of more leaves <see cref="Kept"/> free, so that large ones of a few tenants do not keep the small ones of all others out.</summary>
    private const long Large = 16L << 20;
    private const long Kept = 8L << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, (long Bytes, int Shares)> _held = [];
    private long _taken;

    /// <returns>Null when the budget is used up; dispose to give the share back.</returns>
    public Share? TryTake(TenantId tenant, long zipBytes)
    {
        var bytes = Math.Max(Least, zipBytes * ZipCopies);
        lock (_gate)
        {
            var (held, others) = _held.GetValueOrDefault(tenant);
            var free = Total - _taken - bytes;
            if (free < (bytes > Large ? Kept : 0) || (others > 0 && held + bytes > free)) return null;
            _taken += bytes;
            _held[tenant] = (held + bytes, others + 1);
            return new Share(this, tenant, bytes);
        }
    }

    private void GiveBack(Share share)
    {
        lock (_gate)
        {
            var (held, shares) = _held[share.Tenant];
            if (shares == 1) _held.Remove(share.Tenant);
            else _held[share.Tenant] = (held - share.Bytes, shares - 1);
            _taken -= share.Bytes;
        }
    }

    internal sealed class Share(ReceiveBudget budget, TenantId tenant, long bytes) : IDisposable
    {
        private int _disposed;

        public TenantId Tenant => tenant;

        public long Bytes => bytes;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0) budget.GiveBack(this);
        }
    }
}
