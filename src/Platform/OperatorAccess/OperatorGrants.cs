using System.Globalization;
using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Events;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.OperatorAccess;

/// <summary>What an operator asks for.</summary>
public sealed record GrantRequest(
    TenantId Tenant, TenantId OperatorTenant, string OperatorUserId, string OperatorName, string Reason, GrantBasis Basis, string? LegalReference,
    IReadOnlyList<string> Permissions, int Minutes);

/// <summary>Asks for, decides on and closes operators' access to customers' data. Every step is in the customer's audit log.</summary>
public sealed class OperatorGrants(AkashiDatabase database, AuditLog audit, EventOutbox events, TimeProvider clock)
{
    public const string AskAction = "operator-access.ask";
    public const string GrantAction = "operator-access.grant";
    private const int MaximumListed = 200;

    /// <summary>What can be granted: reading, never changing.</summary>
    public static readonly IReadOnlyList<Permission> Grantable = [Permission.TerminalsRead, Permission.TracesSearch, Permission.TracesExport, Permission.AuditRead];

    private const string Columns = """
        SELECT tenant_id AS tenant, id, operator_tenant_id AS operator_tenant, operator_user_id, operator_name, reason, basis, legal_reference,
               array_to_string(permissions, ',') AS permissions, minutes, status, asked_at, decided_at, decided_by, expires_at, closed_at, closed_by
        FROM platform.operator_grant
        """;

    private const string Insert = """
        INSERT INTO platform.operator_grant (tenant_id, id, operator_tenant_id, operator_user_id, operator_name, reason, basis, legal_reference, permissions, minutes, status, asked_at)
        VALUES (@Tenant, @id, @OperatorTenant, @OperatorUserId, @OperatorName, @Reason, @basis, @LegalReference, @permissions, @Minutes, 'asked', @now)
        """;

    private const string Decide = """
        UPDATE platform.operator_grant SET status = @status, decided_at = @now, decided_by = @by, expires_at = @expiresAt WHERE tenant_id = @tenant AND id = @id
        """;

    private const string CloseGrant = """
        UPDATE platform.operator_grant SET status = 'closed', closed_at = @now, closed_by = @by WHERE tenant_id = @tenant AND id = @id
        """;

    public async Task<Outcome<OperatorGrant>> AskAsync(GrantRequest request, AuditActor actor, CancellationToken cancellation)
    {
        if (request.Reason.Trim().Length is < 10 or > 1000) return new FieldInvalid("reason", request.Reason, "10–1000 characters");
        if (request.Minutes is < 15 or > 1440) return new FieldInvalid("minutes", request.Minutes.ToString(CultureInfo.InvariantCulture), "15–1440");
        if (request.Basis == GrantBasis.LegalOrder && request.LegalReference?.Trim().Length is not (>= 3 and <= 200)) return new FieldInvalid("legalReference", request.LegalReference, "3–200 characters");
        var allowed = Grantable.Select(PermissionCatalogue.IdOf).ToHashSet(StringComparer.Ordinal);
        if (request.Permissions.Count == 0 || request.Permissions.FirstOrDefault(id => !allowed.Contains(id)) is not null)
            return new FieldInvalid("permissions", string.Join(", ", request.Permissions), string.Join(", ", allowed.Order(StringComparer.Ordinal)));
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        await using var session = await database.OpenAsync(request.Tenant, cancellation);
        await session.ExecuteAsync(Insert, new
        {
            request.Tenant, id, request.OperatorTenant, request.OperatorUserId, request.OperatorName, Reason = request.Reason.Trim(), basis = NameOf(request.Basis),
            LegalReference = request.Basis == GrantBasis.LegalOrder ? request.LegalReference!.Trim() : null, permissions = request.Permissions.Distinct().ToArray(), request.Minutes, now,
        }, cancellation);
        var grant = (await FindAsync(session, id, cancellation))!;
        await audit.WriteAsync(session, actor, new AuditEntry(AskAction, grant.OperatorName, After: Told(grant)), cancellation);
        await events.PublishAsync(session, Changed(grant, AskAction), cancellation);
        await session.CommitAsync(cancellation);
        return grant;
    }

    /// <summary>One step of the lifecycle. Who may take it is the caller's to check.</summary>
    /// <param name="tenant">The customer's.</param>
    /// <param name="by">The person, for both sides to see.</param>
    public async Task<Outcome<OperatorGrant>> StepAsync(TenantId tenant, Guid id, GrantStep step, string by, AuditActor actor, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        if (await session.QueryFirstOrDefaultAsync<Row>(Columns + " WHERE tenant_id = @tenant AND id = @id FOR UPDATE", new { tenant, id }, cancellation) is not { } row) return new NoSuchGrant();
        var grant = row.ToGrant();
        var now = clock.GetUtcNow();
        if (OperatorGrant.After(grant.StatusAt(now), step) is not { } status) return new GrantNotIn(grant.StatusAt(now), step);
        if (step == GrantStep.Close) await session.ExecuteAsync(CloseGrant, new { tenant, id, now, by }, cancellation);
        else await session.ExecuteAsync(Decide, new { tenant, id, now, by, status = status.ToString().ToLowerInvariant(), expiresAt = step == GrantStep.Grant ? now.AddMinutes(grant.Minutes) : (DateTimeOffset?)null }, cancellation);
        var after = (await FindAsync(session, id, cancellation))!;
        await audit.WriteAsync(session, actor, new AuditEntry(ActionOf(step), grant.OperatorName, Told(grant), Told(after)), cancellation);
        await events.PublishAsync(session, Changed(after, ActionOf(step)), cancellation);
        await session.CommitAsync(cancellation);
        return after;
    }

    /// <summary>The open grant of one person for one customer, or null.</summary>
    public async Task<OperatorGrant?> FindOpenAsync(TenantId tenant, TenantId operatorTenant, string operatorUserId, CancellationToken cancellation)
    {
        const string open = " WHERE tenant_id = @tenant AND operator_tenant_id = @operatorTenant AND operator_user_id = @operatorUserId AND status = 'granted' AND expires_at > @now ORDER BY expires_at DESC LIMIT 1";
        var rows = await database.QueryOnceAsync<Row>(tenant, Columns + open, new { tenant, operatorTenant, operatorUserId, now = clock.GetUtcNow() }, cancellation);
        return rows is [var row] ? row.ToGrant() : null;
    }

    public async Task<OperatorGrant?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        return await FindAsync(session, id, cancellation);
    }

    /// <summary>Newest first: for a customer who asked about it, for the operator's tenant what its people asked for.</summary>
    /// <param name="before">Continue after the grant with this id; null for the newest.</param>
    public async Task<IReadOnlyList<OperatorGrant>> ListAsync(TenantId tenant, Guid? before, int limit, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var rows = await session.QueryAsync<Row>(Columns + " WHERE @before::uuid IS NULL OR id < @before ORDER BY id DESC LIMIT @limit", new { before, limit = Math.Clamp(limit, 1, MaximumListed) }, cancellation);
        return [.. rows.Select(row => row.ToGrant())];
    }

    private static async Task<OperatorGrant?> FindAsync(TenantSession session, Guid id, CancellationToken cancellation) =>
        (await session.QueryFirstOrDefaultAsync<Row>(Columns + " WHERE id = @id", new { id }, cancellation))?.ToGrant();

    private static string NameOf(GrantBasis basis) => basis == GrantBasis.LegalOrder ? "legal-order" : "consent";

    private static string ActionOf(GrantStep step) => step switch
    {
        GrantStep.Grant => GrantAction,
        GrantStep.Refuse => "operator-access.refuse",
        GrantStep.Close => "operator-access.close",
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "is no step"),
    };

    private static OperatorAccessChanged Changed(OperatorGrant grant, string action) =>
        new(grant.Id, action, grant.OperatorName, grant.Reason, grant.LegalReference, grant.Permissions, grant.Minutes, grant.ExpiresAt);

    private static object Told(OperatorGrant grant) => new
    {
        grant.Id, grant.OperatorUserId, grant.Reason, Basis = NameOf(grant.Basis), grant.LegalReference, grant.Permissions, grant.Minutes,
        Status = grant.Status.ToString().ToLowerInvariant(), grant.DecidedBy, grant.ExpiresAt, grant.ClosedBy,
    };

    private sealed class Row
    {
        public Guid Tenant { get; init; }
        public Guid Id { get; init; }
        public Guid OperatorTenant { get; init; }
        public string OperatorUserId { get; init; } = "";
        public string OperatorName { get; init; } = "";
        public string Reason { get; init; } = "";
        public string Basis { get; init; } = "";
        public string? LegalReference { get; init; }
        public string Permissions { get; init; } = "";
        public int Minutes { get; init; }
        public string Status { get; init; } = "";
        public DateTimeOffset AskedAt { get; init; }
        public DateTimeOffset? DecidedAt { get; init; }
        public string? DecidedBy { get; init; }
        public DateTimeOffset? ExpiresAt { get; init; }
        public DateTimeOffset? ClosedAt { get; init; }
        public string? ClosedBy { get; init; }

        public OperatorGrant ToGrant() => new(
            new TenantId(Tenant), Id, new TenantId(OperatorTenant), OperatorUserId, OperatorName, Reason, Basis == "legal-order" ? GrantBasis.LegalOrder : GrantBasis.Consent, LegalReference,
            Permissions.Split(','), Minutes, Enum.Parse<GrantStatus>(Status, ignoreCase: true), AskedAt, DecidedAt, DecidedBy, ExpiresAt, ClosedAt, ClosedBy);
    }
}
