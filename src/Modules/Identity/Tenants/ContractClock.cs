using Akashi.Identity.Contracts;
using Akashi.Platform.Audit;
using Akashi.Platform.Calendar;
using Akashi.Platform.Database;
using Akashi.Platform.Jobs;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Tenants;

/// <summary>Ends contracts whose last day is over and erases those whose countdown has run out.</summary>
internal sealed class ContractClock(AkashiDatabase database, TenantDirectory tenants, TenantLifecycle lifecycle, TimeProvider clock) : ServiceJob
{
    public const string Name = "identity.contract-clock";

    private static readonly AuditActor Actor = AuditActor.Service(Name);

    private const string Due = """
        SELECT t.status = 'active' OR t.status = 'suspended' AS running, c.ends_on, c.erase_at
        FROM identity.tenant t JOIN identity.contract c ON c.tenant_id = t.id WHERE t.id = @tenant
        """;

    public override string Japanese => "期限の来た契約の終了とデータの消去";

    public override string English => "End contracts after their last day, erase data after the countdown";

    public static JobSchedule Schedule => JobSchedule.Every(TimeSpan.FromHours(1));

    public override async Task<JobMessage> RunAsync(CancellationToken cancellation)
    {
        var (ended, erased) = await ApplyAsync(cancellation);
        return new($"終了 {ended} 件、消去 {erased} 件", $"{ended} ended, {erased} erased");
    }

    /// <returns>How many contracts were ended, and how many erased.</returns>
    internal async Task<(int Ended, int Erased)> ApplyAsync(CancellationToken cancellation)
    {
        var (ended, erased, failed) = (0, 0, new List<Exception>());
        foreach (var tenant in await tenants.ListAsync(cancellation))
        {
            try
            {
                var done = tenant.IsOperator ? null : await ApplyAsync(tenant.Id, cancellation);
                if (done == ContractStep.End) ended++;
                if (done == ContractStep.Erase) erased++;
            }
            catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
            {
                failed.Add(e); // one tenant's trouble must not keep the others' data beyond its time
            }
        }
        return failed.Count == 0 ? (ended, erased) : throw new AggregateException($"{failed.Count} contracts could not be ended or erased; {ended} were ended, {erased} erased.", failed);
    }

    private async Task<ContractStep?> ApplyAsync(TenantId tenant, CancellationToken cancellation)
    {
        if (await DueAsync(tenant, cancellation) is not { } due) return null;
        var now = clock.GetUtcNow();
        // The last day belongs to the contract.
        if (due.Running && due.EndsOn is { } last && last < JstDay.Of(now))
            return (await lifecycle.EndAsync(tenant, TenantLifecycle.DefaultCountdownDays, Actor, cancellation)).TryGet(out _, out _) ? ContractStep.End : null;
        return due.EraseAt <= now && (await lifecycle.EraseAsync(tenant, Actor, cancellation)).TryGet(out _, out _) ? ContractStep.Erase : null;
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
