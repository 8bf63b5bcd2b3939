using Akashi.Identity.Tenants;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Identity.Contracts;

/// <summary>What the person who starts the service on a machine needs to get in.</summary>
/// <param name="SupportId">Of the first customer tenant.</param>
/// <param name="ApiToken">Acts for the first customer tenant's administrator, with all of a customer's permissions. Secret.</param>
/// <param name="OperatorApiToken">Acts for the operator. Secret.</param>
/// <param name="AdministratorLink">One-time activation link; null once that administrator has a password. Secret.</param>
/// <param name="OperatorLink">The same for the operator.</param>
public sealed record LocalAccess(string SupportId, string ApiToken, string OperatorApiToken, string? AdministratorLink, string? OperatorLink)
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
