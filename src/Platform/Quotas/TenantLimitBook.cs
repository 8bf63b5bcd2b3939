using System.Globalization;
using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Quotas;

/// <param name="Plan">What the contract's plan says.</param>
/// <param name="Own">What the operator set instead.</param>
/// <param name="Nodes">Servers that share the limits now.</param>
public sealed record LimitsInForce(TenantLimits Plan, TenantLimitChange Own, int Nodes)
{
    public TenantLimits Effective { get; } = Own.On(Plan);
}

/// <summary>The limits of each tenant as they stand in the database.</summary>
public sealed class TenantLimitBook(AkashiDatabase database, AuditLog audit, TimeProvider clock, FindPlanLimits? plans = null)
{
    public const string ChangeAction = "quota.change";

    /// <summary>Like the node register: a server that was not heard of for so long is gone.</summary>
    private const int NodeSeconds = 60;

    private const string Find = """
        SELECT l.requests_per_second, l.request_burst, l.ingest_bytes_per_second, l.ingest_burst_bytes, l.searches,
               (SELECT count(*)::int FROM platform.node WHERE seen_at > now() - make_interval(secs => @NodeSeconds)) AS nodes
        FROM (VALUES (1)) AS one LEFT JOIN platform.tenant_limit l ON l.tenant_id = @tenant
        """;

    private const string Set = """
        INSERT INTO platform.tenant_limit (tenant_id, requests_per_second, request_burst, ingest_bytes_per_second, ingest_burst_bytes, searches, changed_at)
        VALUES (@tenant, @RequestsPerSecond, @RequestBurst, @IngestBytesPerSecond, @IngestBurstBytes, @Searches, @now)
        ON CONFLICT (tenant_id) DO UPDATE SET requests_per_second = excluded.requests_per_second, request_burst = excluded.request_burst,
            ingest_bytes_per_second = excluded.ingest_bytes_per_second, ingest_burst_bytes = excluded.ingest_burst_bytes, searches = excluded.searches, changed_at = excluded.changed_at
        """;

    /// <summary>In this process, with the tenant, after a change.</summary>
    internal event Action<TenantId>? Changed;

    public async Task<LimitsInForce> FindAsync(TenantId tenant, CancellationToken cancellation)
    {
        var plan = plans is null ? TenantLimits.Standard : await plans(tenant, cancellation);
        var row = (await database.QueryOnceAsync<Row>(tenant, Find, new { tenant, NodeSeconds }, cancellation))[0];
        return new LimitsInForce(plan, row.ToChange(), Math.Max(1, row.Nodes));
    }

    /// <summary>Acts at once on this node and within <see cref="TenantQuotas.RememberedSeconds"/> on the others.</summary>
    /// <param name="change">All limits; those left out go back to the plan's.</param>
    public async Task<Outcome<LimitsInForce>> ChangeAsync(TenantId tenant, AuditActor actor, TenantLimitChange change, CancellationToken cancellation)
    {
        if (Fault(change) is { } fault) return fault;
        var before = await FindAsync(tenant, cancellation);
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync(Set, new { tenant, change.RequestsPerSecond, change.RequestBurst, change.IngestBytesPerSecond, change.IngestBurstBytes, change.Searches, now = clock.GetUtcNow() }, cancellation);
        await audit.WriteAsync(session, actor, new AuditEntry(ChangeAction, tenant.ToString(), before.Effective, change.On(before.Plan)), cancellation);
        session.AfterCommit(() => Changed?.Invoke(tenant));
        await session.CommitAsync(cancellation);
        return new LimitsInForce(before.Plan, change, before.Nodes);
    }

    private static FieldInvalid? Fault(TenantLimitChange change) =>
        Bounded("requestsPerSecond", change.RequestsPerSecond, 1, 100_000)
        ?? Bounded("requestBurst", change.RequestBurst, 10, 1_000_000) // enough to open the page that takes a mistake back
        ?? Bounded("ingestBytesPerSecond", change.IngestBytesPerSecond, 1L << 10, 16L << 30)
        ?? Bounded("ingestBurstBytes", change.IngestBurstBytes, 1L << 20, 1L << 40)
        ?? Bounded("searches", change.Searches, 1, 1_000);

    private static FieldInvalid? Bounded(string field, long? value, long least, long most) => value is null || (value >= least && value <= most) ? null
        : new FieldInvalid(field, value.Value.ToString(CultureInfo.InvariantCulture), $"{least}–{most}");

    private sealed record Row(int? RequestsPerSecond, int? RequestBurst, long? IngestBytesPerSecond, long? IngestBurstBytes, int? Searches, int Nodes)
    {
        public TenantLimitChange ToChange() => new(RequestsPerSecond, RequestBurst, IngestBytesPerSecond, IngestBurstBytes, Searches);
    }
}
