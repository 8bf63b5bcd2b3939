using Akashi.Identity.Tenants;
using Akashi.Platform.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Identity.Contracts;

/// <summary>A way into one tenant.</summary>
/// <param name="ApiToken">Acts for the tenant's first user, with all of their permissions. Secret.</param>
/// <param name="Link">One-time activation link; null once that user has a password. Secret.</param>
public sealed record TenantAccess(TenantId Tenant, string SupportId, string ApiToken, string? Link);

/// <summary>What the person who starts the service on a machine needs to get in.</summary>
/// <param name="Customer">The first customer; null once its contract was erased.</param>
public sealed record LocalAccess(TenantAccess Operator, TenantAccess? Customer)
{
    /// <summary>
    /// Issues fresh access; what an earlier call issued ends. Safe to repeat, for example after <c>ready.json</c> was lost. The
    /// tenants themselves are made when the Identity module starts.
    /// </summary>
    /// <param name="beside">
    /// Null on the only node. On one of several the name of this node: its tokens are its own, so that those of the other nodes go on, and
    /// there are no activation links, which the first node gave.
    /// </param>
    public static Task<LocalAccess> EnsureAsync(IServiceProvider services, string? beside, CancellationToken cancellation) =>
        services.GetRequiredService<FirstTenants>().IssueAccessAsync(beside, cancellation);
}
