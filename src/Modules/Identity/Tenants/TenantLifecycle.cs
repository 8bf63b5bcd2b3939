using System.Globalization;
using Akashi.Identity.Contracts;
using Akashi.Platform.Audit;
using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Objects;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Tenants;

/// <summary>Takes contracts through their life, each step in the tenant's audit log.</summary>
internal sealed class TenantLifecycle(AkashiDatabase database, KeyStore keys, IEnumerable<ITenantFiles> files, AuditLog audit, TimeProvider clock)
{
    /// <summary>Days from the end to the erasure unless the operator says otherwise; 90 is the most that is allowed (PL-15).</summary>
    public const int DefaultCountdownDays = 60;
    public const int MaximumCountdownDays = 90;

    private const string Lock = """
        SELECT t.status, t.kind = 'operator' AS is_operator, c.erase_at, c.ends_on FROM identity.tenant t JOIN identity.contract c ON c.tenant_id = t.id WHERE t.id = @tenant FOR UPDATE
        """;

    private const string SetStatus = "UPDATE identity.tenant SET status = @status WHERE id = @tenant";
    private const string SetCountdown = "UPDATE identity.contract SET ended_at = @endedAt, erase_at = @eraseAt WHERE tenant_id = @tenant";

    // A last day that is over would end the contract again within the hour.
    private const string StopCountdown = """
        UPDATE identity.contract SET ended_at = NULL, erase_at = NULL, ends_on = CASE WHEN ends_on >= @today THEN ends_on END WHERE tenant_id = @tenant
        """;

    private const string IsErasing = "SELECT EXISTS (SELECT FROM platform.audit_entry WHERE action = 'contract.erase')";
    private const string EndSessions = "DELETE FROM identity.session";

    public Task<Outcome<TenantStatus>> SuspendAsync(TenantId tenant, AuditActor actor, CancellationToken cancellation) => StepAsync(tenant, ContractStep.Suspend, null, actor, cancellation);

    public Task<Outcome<TenantStatus>> ResumeAsync(TenantId tenant, AuditActor actor, CancellationToken cancellation) => StepAsync(tenant, ContractStep.Resume, null, actor, cancellation);

    public Task<Outcome<TenantStatus>> TakeBackAsync(TenantId tenant, AuditActor actor, CancellationToken cancellation) => StepAsync(tenant, ContractStep.TakeBack, null, actor, cancellation);

    /// <param name="countdownDays">1 to 90; the data is erased when they are over.</param>
    public async Task<Outcome<TenantStatus>> EndAsync(TenantId tenant, int countdownDays, AuditActor actor, CancellationToken cancellation) =>
        countdownDays is < 1 or > MaximumCountdownDays
            ? new FieldInvalid("countdownDays", countdownDays.ToString(CultureInfo.InvariantCulture), $"1–{MaximumCountdownDays}")
            : await StepAsync(tenant, ContractStep.End, countdownDays, actor, cancellation);

    /// <summary>
    /// Key first: once it is gone nothing of the customer can be read, whatever happens to the rest. Safe to repeat after a crash, and after
    /// <see cref="ErasureWaits"/>.
    /// </summary>
    public async Task<Outcome<TenantStatus>> EraseAsync(TenantId tenant, AuditActor actor, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using (var session = await database.OpenAsync(tenant, cancellation))
        {
            var row = await session.QueryFirstOrDefaultAsync<Row>(Lock, new { tenant }, cancellation);
            if (Refusal(row, ContractStep.Erase) is { } refusal) return refusal;
            if (row!.EraseAt is not { } due || due > now) return new NotDue(row.EraseAt);
            if (!await session.QuerySingleAsync<bool>(IsErasing, null, cancellation)) await audit.WriteAsync(session, actor, new AuditEntry("contract.erase", tenant.ToString(), new { Status = "ended" }, new { Status = "erased" }), cancellation);
            keys.DestroyDataKey(tenant);
            await session.CommitAsync(cancellation);
        }
        await using var last = await database.OpenAsync(tenant, cancellation);
        if (!await DeletionGate.TryPassAsync(last, cancellation)) return new ErasureWaits();
        foreach (var kept in files) await kept.DeleteAllAsync(tenant, cancellation);
        await last.ExecuteAsync("SELECT identity.erase_tenant(@tenant, @now)", new { tenant, now }, cancellation);
        await last.CommitAsync(cancellation);
        return TenantStatus.Erased;
    }

    private async Task<Outcome<TenantStatus>> StepAsync(TenantId tenant, ContractStep step, int? countdownDays, AuditActor actor, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var session = await database.OpenAsync(tenant, cancellation);
        var row = await session.QueryFirstOrDefaultAsync<Row>(Lock, new { tenant }, cancellation);
        if (Refusal(row, step) is { } refusal) return refusal;
        if (step == ContractStep.TakeBack && row!.EraseAt <= now) return new ErasureBegun(row.EraseAt.Value);
        var status = ContractStatus.After(row!.Known, step)!.Value;
        await session.ExecuteAsync(SetStatus, new { tenant, status = NameOf(status) }, cancellation);
        if (countdownDays is { } days) await session.ExecuteAsync(SetCountdown, new { tenant, endedAt = now, eraseAt = now.AddDays(days) }, cancellation);
        if (step == ContractStep.TakeBack) await session.ExecuteAsync(StopCountdown, new { tenant, today = JstDay.Of(now) }, cancellation);
        if (status != TenantStatus.Active) await session.ExecuteAsync(EndSessions, null, cancellation);
        await audit.WriteAsync(session, actor, new AuditEntry(ActionOf(step), tenant.ToString(), new { row.Status, row.EraseAt, row.EndsOn }, new { Status = NameOf(status), CountdownDays = countdownDays }), cancellation);
        await session.CommitAsync(cancellation);
        return status;
    }

    private static Failure? Refusal(Row? row, ContractStep step)
    {
        if (row is null) return new NoSuchContract();
        if (row.IsOperator) return new OperatorStays();
        return ContractStatus.After(row.Known, step) is null ? new ContractNotIn(row.Status, step) : null;
    }

    private static string NameOf(TenantStatus status) => status.ToString().ToLowerInvariant();

    private static string ActionOf(ContractStep step) => step switch
    {
        ContractStep.Suspend => "contract.suspend",
        ContractStep.Resume => "contract.resume",
        ContractStep.End => "contract.end",
        ContractStep.TakeBack => "contract.take-back",
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "has a method of its own"),
    };

    private sealed class Row
    {
        public string Status { get; init; } = "";
        public bool IsOperator { get; init; }
        public DateTimeOffset? EraseAt { get; init; }
        public JstDay? EndsOn { get; init; }

        public TenantStatus Known => Enum.Parse<TenantStatus>(Status, ignoreCase: true);
    }
}
