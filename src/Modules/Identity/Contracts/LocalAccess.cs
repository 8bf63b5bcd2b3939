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
    public static Task<LocalAccess> EnsureAsync(IServiceProvider services, CancellationToken cancellation) =>
        services.GetRequiredService<FirstTenants>().IssueAccessAsync(cancellation);
}
