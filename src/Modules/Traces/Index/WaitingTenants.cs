using System.Collections.Concurrent;
using System.Threading.Channels;
using Akashi.Platform.Tenancy;

namespace Akashi.Traces.Index;

/// <summary>Tenants that have, or may have, batches to be made searchable; whoever works at them sleeps while there are none. Thread-safe.</summary>
internal sealed class WaitingTenants
{
    private readonly ConcurrentDictionary<TenantId, bool> _tenants = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public IReadOnlyList<TenantId> All => [.. _tenants.Keys];

    public bool IsEmpty => _tenants.IsEmpty;

    public void Add(TenantId tenant) => _tenants[tenant] = true;

    public void Remove(TenantId tenant) => _tenants.TryRemove(tenant, out _);

    /// <summary>Adds a tenant and ends a wait.</summary>
    public void Wake(TenantId tenant)
    {
        Add(tenant);
        _wake.Writer.TryWrite(true);
    }

    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(longest);
        try
        {
            await _wake.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // nobody woke it
        }
    }
}
