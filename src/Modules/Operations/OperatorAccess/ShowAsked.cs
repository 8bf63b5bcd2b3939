using Akashi.Identity.Contracts;
using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.OperatorAccess;

internal sealed record AskedView(IReadOnlyList<OperatorGrant> Grants, IReadOnlyDictionary<TenantId, TenantSummary> Tenants, DateTimeOffset Now, Caller Caller, Guid? Next, string? Done);

/// <summary>GET /operator-access on the console: what the operator's people asked for.</summary>
internal static class ShowAsked
{
    private const int PageSize = 50;

    public static async Task<IResult> HandleAsync(HttpContext context, OperatorGrants grants, TenantDirectory tenants, TimeProvider clock, Guid? before, string? done)
    {
        var caller = context.Caller();
        var found = await grants.ListAsync(caller.Tenant, before, PageSize, context.RequestAborted);
        var named = await tenants.FindAllAsync(found.Select(grant => grant.Tenant), context.RequestAborted);
        object view = new AskedView(found, named, clock.GetUtcNow(), caller, found.Count == PageSize ? found[^1].Id : null, done);
        return Page.Show<AskedPage>(new { Model = view });
    }
}
