namespace Akashi.Platform.Tenancy;

public enum CallerKind
{
    /// <summary>A person with a browser session.</summary>
    User,
    /// <summary>A program with an API token, acting for the user who made it.</summary>
    Token,
    /// <summary>A terminal with its certificate.</summary>
    Terminal,
}

/// <summary>Who is asking, established from the session, token or certificate of this very request.</summary>
/// <param name="Tenant">The tenant whose data the request may touch.</param>
/// <param name="Subject">User id (also of a token: it acts for the user who made it) or TMID; for logs and records.</param>
/// <param name="DisplayName">For people, for example the user's name.</param>
/// <param name="Permissions">What it may do.</param>
/// <param name="OperatorOf">Set when an operator acts on a customer's tenant: the operator's own tenant.</param>
/// <param name="TenantName">For people, shown at the top of every page; empty for terminals.</param>
/// <param name="OperatorGrant">Under which grant an operator reads the customer's data; null where it only brings data in.</param>
public sealed record Caller(
    TenantId Tenant,
    CallerKind Kind,
    string Subject,
    string DisplayName,
    IReadOnlySet<Permission> Permissions,
    TenantId? OperatorOf = null,
    string TenantName = "",
    Guid? OperatorGrant = null);
