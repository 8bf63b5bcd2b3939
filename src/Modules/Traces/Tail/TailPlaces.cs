using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Archive;

namespace Akashi.Traces.Tail;

/// <summary>How many tails this node runs, for a tenant and for a person; and what wakes them.</summary>
internal sealed class TailPlaces
{
    public const int OfTenant = 20;
    public const int OfPerson = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<(TenantId Tenant, string Person), int> _held = [];
    private readonly ConcurrentDictionary<TenantId, TaskCompletionSource> _next = new();

    public TailPlaces(ManifestLog manifests) => manifests.Added += tenant =>
    {
        if (_next.TryRemove(tenant, out var waiting)) waiting.TrySetResult();
    };

    /// <summary>Done when this node received something more for the tenant.</summary>
    public Task NextBatch(TenantId tenant) => _next.GetOrAdd(tenant, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public bool TryEnter(Caller caller, [NotNullWhen(true)] out IDisposable? place, [NotNullWhen(false)] out Failure? refusal)
    {
        // An operator's id may be a customer's, too.
        (TenantId, string) one = (caller.Tenant, $"{caller.OperatorOf}/{caller.Subject}"), all = (caller.Tenant, "");
        (place, refusal) = (null, null);
        lock (_gate)
        {
            if (_held.GetValueOrDefault(all) >= OfTenant) refusal = new TooManyTails(OfTenant, OfTenant: true);
            else if (_held.GetValueOrDefault(one) >= OfPerson) refusal = new TooManyTails(OfPerson, OfTenant: false);
            if (refusal is not null) return false;
            Add(one, 1);
            Add(all, 1);
        }
        place = new Place(() =>
        {
            lock (_gate)
            {
                Add(one, -1);
                Add(all, -1);
            }
        });
        return true;
    }

    private void Add((TenantId, string) key, int change)
    {
        var held = _held.GetValueOrDefault(key) + change;
        if (held == 0) _held.Remove(key);
        else _held[key] = held;
    }

    private sealed class Place(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
