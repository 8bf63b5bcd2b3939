using Akashi.Platform.Tenancy;

namespace Akashi.Platform.OperatorAccess;

public enum GrantStatus
{
    /// <summary>Waits for the customer's consent, or for a second operator where a legal order is the basis.</summary>
    Asked,
    Granted,
    Refused,
    /// <summary>Given back, withdrawn or run out.</summary>
    Closed,
}

public enum GrantBasis
{
    Consent,
    /// <summary>A court or authority ordered it; the customer is not asked, but sees it in the audit log.</summary>
    LegalOrder,
}

/// <summary>What can happen to a grant.</summary>
public enum GrantStep
{
    Grant,
    Refuse,
    Close,
}

/// <summary>An operator's access to one customer's data.</summary>
/// <param name="Permissions">Permission ids; at most <see cref="OperatorGrants.Grantable"/>.</param>
/// <param name="Minutes">How long it stays open once granted, 15 to 1 440.</param>
/// <param name="ExpiresAt">Set when granted.</param>
public sealed record OperatorGrant(
    TenantId Tenant, Guid Id, TenantId OperatorTenant, string OperatorUserId, string OperatorName, string Reason, GrantBasis Basis, string? LegalReference,
    IReadOnlyList<string> Permissions, int Minutes, GrantStatus Status, DateTimeOffset AskedAt, DateTimeOffset? DecidedAt, string? DecidedBy,
    DateTimeOffset? ExpiresAt, DateTimeOffset? ClosedAt, string? ClosedBy)
{
    /// <summary>The lifecycle: every step not named here is refused.</summary>
    public static GrantStatus? After(GrantStatus status, GrantStep step) => (status, step) switch
    {
        (GrantStatus.Asked, GrantStep.Grant) => GrantStatus.Granted,
        (GrantStatus.Asked, GrantStep.Refuse) => GrantStatus.Refused,
        (GrantStatus.Asked or GrantStatus.Granted, GrantStep.Close) => GrantStatus.Closed,
        _ => null,
    };

    /// <summary>What people see: a grant past its end is closed, whether or not anybody wrote that down.</summary>
    public GrantStatus StatusAt(DateTimeOffset now) => Status == GrantStatus.Granted && ExpiresAt <= now ? GrantStatus.Closed : Status;
}
