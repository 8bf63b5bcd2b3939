using Akashi.Identity.Contracts;
using Akashi.Platform.Audit;
using Akashi.Platform.Calendar;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Tenants;

/// <summary>Ends contracts whose last day is over and erases those whose countdown has run out.</summary>
internal sealed class ContractClock(AkashiDatabase database, TenantDirectory tenants, TenantLifecycle lifecycle, TimeProvider clock)
{
    private static readonly AuditActor Actor = AuditActor.Service("contract-clock");

    private const string Due = """
        SELECT t.status = 'active' OR t.status = 'suspended' AS running, c.ends_on, c.erase_at
        FROM identity.tenant t JOIN identity.contract c ON c.tenant_id = t.id WHERE t.id = @tenant
        """;

    /// <returns>How many contracts were ended, and how many erased.</returns>
    public async Task<(int Ended, int Erased)> RunAsync(CancellationToken cancellation)
    {
        var (ended, erased) = (0, 0);
        foreach (var tenant in await tenants.ListAsync(cancellation))
        {
            if (tenant.IsOperator || await DueAsync(tenant.Id, cancellation) is not { } due) continue;
            var now = clock.GetUtcNow();
            // The last day belongs to the contract.
            if (due.Running && due.EndsOn is { } last && last < JstDay.Of(now)
                && (await lifecycle.EndAsync(tenant.Id, TenantLifecycle.DefaultCountdownDays, Actor, cancellation)).TryGet(out _, out _)) ended++;
            else if (due.EraseAt <= now && (await lifecycle.EraseAsync(tenant.Id, Actor, cancellation)).TryGet(out _, out _)) erased++;
        }
        return (ended, erased);
    }

    private async Task<Row?> DueAsync(TenantId tenant, CancellationToken cancellation) =>
        await database.QueryOnceAsync<Row>(tenant, Due, new { tenant }, cancellation) is [var row] ? row : null;

    private sealed class Row
    {
        public bool Running { get; init; }
        public JstDay? EndsOn { get; init; }
        public DateTimeOffset? EraseAt { get; init; }
    }
}
