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
        var name = beside is null ? LocalTokenName : $"{LocalTokenName}-{beside}";
        var customer = await FindAsync(FirstSupportId, cancellation);
        var administrator = await FirstUserOfAsync(customer, FirstCustomer.FirstUser, cancellation);
        var token = await tokens.ReplaceAsync(customer, administrator.Id, name, Roles.PermissionsOf(Roles.Administrator), cancellation);
        var provider = await FindAsync(SupportId.Operator, cancellation);
        var operatorUser = await FirstUserOfAsync(provider, Operator.FirstUser, cancellation);
        var operatorToken = await tokens.ReplaceAsync(provider, operatorUser.Id, name, Roles.PermissionsOf(Roles.Operator), cancellation);
        if (beside is not null) return new LocalAccess(FirstSupportId, token, operatorToken, null, null);
        return new LocalAccess(FirstSupportId, token, operatorToken, await LinkAsync(customer, administrator, cancellation), await LinkAsync(provider, operatorUser, cancellation));
    }

    private ContractTerms Terms(string plan)
    {
        var contact = new Contact("管理者", $"admin@{options.BaseDomain}");
        return new ContractTerms(plan, [], Trial: false, JstDay.Of(clock.GetUtcNow()), EndsOn: null, contact, contact);
    }

    private async Task<TenantId> FindAsync(string supportId, CancellationToken cancellation) =>
        (await tenants.FindBySupportIdAsync(supportId, cancellation) ?? throw new InvalidOperationException($"Tenant {supportId} is missing; start the Identity module first.")).Id;

    private async Task<UserRow> FirstUserOfAsync(TenantId tenant, NewUser user, CancellationToken cancellation) =>
        (await database.QueryOnceAsync<UserRow>(tenant, FirstUser, new { userKey = user.UserId }, cancellation)).Single();

    private async Task<string?> LinkAsync(TenantId tenant, UserRow user, CancellationToken cancellation) =>
        user.State == "invited" ? await activations.IssueAsync(tenant, user.Id, cancellation) : null;

    private sealed record UserRow(Guid Id, string State);
}
