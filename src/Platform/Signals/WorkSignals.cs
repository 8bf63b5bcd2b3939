using System.Collections.Concurrent;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Signals;

/// <summary>
/// Tells background work which tenants have something waiting. A signal is written in the transaction that made the work: neither
/// without the other. The node that raised it wakes at once; other nodes look every second. PostgreSQL's NOTIFY is not used, because it
/// makes commits wait for each other.
/// </summary>
public sealed class WorkSignals(AkashiDatabase database, TimeProvider clock)
{
    private const int MaximumSignals = 50_000; // of one tenant, taken together: what is left would have the next turn, being older

    private const string Insert = "INSERT INTO platform.signal (queue, tenant_id, due_at) VALUES (@queue, @Tenant, @due)";

    // A claim is a lease: when its holder dies, the signal is due again after it. Tenants are chosen, not signals: thousands of one
    // tenant's stand for one turn of its, behind all who have waited longer.
    private const string Claim = """
        WITH tenants AS (
            SELECT tenant_id FROM platform.signal WHERE queue = @queue AND due_at <= @now AND tenant_id <> ALL(@without)
            GROUP BY tenant_id ORDER BY min(due_at), tenant_id LIMIT @most)
        UPDATE platform.signal SET due_at = @leaseEnd, attempts = attempts + 1
        WHERE id IN (
            SELECT taken.id FROM tenants AS chosen
            CROSS JOIN LATERAL (
                SELECT s.id FROM platform.signal s WHERE s.queue = @queue AND s.tenant_id = chosen.tenant_id AND s.due_at <= @now
                ORDER BY s.due_at LIMIT @MaximumSignals FOR UPDATE SKIP LOCKED) AS taken)
        RETURNING id, tenant_id, attempts
        """;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _wakes = new(StringComparer.Ordinal);

    /// <summary>Counts only once the session commits.</summary>
    /// <param name="due">When the work may begin; now when absent.</param>
    public async Task RaiseAsync(TenantSession session, string queue, DateTimeOffset? due = null, CancellationToken cancellation = default)
    {
        await session.ExecuteAsync(Insert, new { queue, session.Tenant, due = due ?? clock.GetUtcNow() }, cancellation);
        if (due is null) session.AfterCommit(() => Wake(queue));
    }

    /// <summary>Signals that are due, now leased to the caller, of those tenants that have waited longest.</summary>
    /// <param name="most">How many tenants.</param>
    /// <param name="without">Tenants that have their turn already.</param>
    internal async Task<IReadOnlyList<ClaimedSignals>> ClaimAsync(string queue, TimeSpan lease, int most, IEnumerable<TenantId> without, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var parameters = new { queue, now, leaseEnd = now + lease, most, without = without.Select(tenant => tenant.Value).ToArray(), MaximumSignals };
        var rows = await database.QueryBeforeTenantAsync<(long Id, Guid Tenant, int Attempts)>(Claim, parameters, cancellation);
        return [.. rows.GroupBy(row => row.Tenant).Select(group => new ClaimedSignals(new TenantId(group.Key), [.. group.Select(row => row.Id)], group.Max(row => row.Attempts)))];
    }

    internal Task DoneAsync(ClaimedSignals claimed, CancellationToken cancellation) =>
        database.ExecuteBeforeTenantAsync("DELETE FROM platform.signal WHERE id = ANY(@Ids)", new { claimed.Ids }, cancellation);

    internal Task PostponeAsync(ClaimedSignals claimed, DateTimeOffset due, CancellationToken cancellation) =>
        database.ExecuteBeforeTenantAsync("UPDATE platform.signal SET due_at = @due WHERE id = ANY(@Ids)", new { claimed.Ids, due }, cancellation);

    /// <returns>After a signal of this node, or after <paramref name="patience"/>.</returns>
    internal Task WaitAsync(string queue, TimeSpan patience, CancellationToken cancellation) => WakeOf(queue).WaitAsync(patience, cancellation);

    internal void Wake(string queue)
    {
        var wake = WakeOf(queue);
        try
        {
            if (wake.CurrentCount == 0) wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // two woke it at once
        }
    }

    private SemaphoreSlim WakeOf(string queue) => _wakes.GetOrAdd(queue, _ => new SemaphoreSlim(0, 1));
}

/// <summary>One tenant's signals of a queue, taken together: work is done per tenant, not per signal.</summary>
internal sealed record ClaimedSignals(TenantId Tenant, long[] Ids, int Attempts);
