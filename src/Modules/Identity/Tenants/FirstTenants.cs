using Akashi.Identity.Activation;
using Akashi.Identity.Contracts;
using Akashi.Identity.Tokens;
using Akashi.Platform.Calendar;
using Akashi.Platform.Database;
using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Tenants;

/// <summary>The operator and the first customer, made at the first start, and the ways in for whoever started the service.</summary>
internal sealed class FirstTenants(CreateTenant create, TenantDirectory tenants, ApiTokens tokens, Activations activations, AkashiDatabase database, ServerOptions options, TimeProvider clock)
{
    private const string LocalTokenName = "local";
    private const string FirstUser = "SELECT id, state FROM identity.user_account WHERE user_key = @userKey";
    private static readonly string FirstSupportId = SupportId.FromNumber(1);

    private NewTenant Operator => new(SupportId.Operator, "サービス運用者", TenantKind.Operator, Terms("service"),
        new NewUser("operator", "運用者", $"operator@{options.BaseDomain}", Roles.Operator));

    private NewTenant FirstCustomer => new(FirstSupportId, "最初のお客様", TenantKind.Customer, Terms("standard"),
        new NewUser("admin", "管理者", $"admin@{options.BaseDomain}", Roles.Administrator));

    public async Task EnsureAsync(CancellationToken cancellation)
    {
        await create.EnsureAsync(Operator, cancellation);
        await create.EnsureAsync(FirstCustomer, cancellation);
    }

    public async Task<LocalAccess> IssueAccessAsync(string? beside, CancellationToken cancellation)
    {
        var provider = await IssueAsync(Operator, beside, cancellation) ?? throw new InvalidOperationException("The operator's own tenant or first user is missing; start the Identity module first.");
        return new LocalAccess(provider, await IssueAsync(FirstCustomer, beside, cancellation));
    }

    /// <returns>Null when the tenant has been erased, or its first user is gone: then there is nobody to act for.</returns>
    private async Task<TenantAccess?> IssueAsync(NewTenant made, string? beside, CancellationToken cancellation)
    {
        if (await tenants.FindBySupportIdAsync(made.SupportId, cancellation) is not { } tenant) return null;
        if (await database.QueryOnceAsync<UserRow>(tenant.Id, FirstUser, new { userKey = made.FirstUser.UserId }, cancellation) is not [var user]) return null;
        var name = beside is null ? LocalTokenName : $"{LocalTokenName}-{beside}";
        var token = await tokens.ReplaceAsync(tenant.Id, user.Id, name, Roles.PermissionsOf(made.FirstUser.Role), cancellation);
        return new TenantAccess(tenant.Id, tenant.SupportId, token, beside is null ? await LinkAsync(tenant.Id, user, cancellation) : null);
    }

    private ContractTerms Terms(string plan)
    {
        var contact = new Contact("管理者", $"admin@{options.BaseDomain}");
        return new ContractTerms(plan, [], Trial: false, JstDay.Of(clock.GetUtcNow()), EndsOn: null, contact, contact);
    }

    private async Task<string?> LinkAsync(TenantId tenant, UserRow user, CancellationToken cancellation) =>
        user.State == "invited" ? await activations.IssueAsync(tenant, user.Id, cancellation) : null;

    private sealed record UserRow(Guid Id, string State);
}
