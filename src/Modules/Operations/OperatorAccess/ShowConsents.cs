using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.OperatorAccess;

internal sealed record ConsentsView(IReadOnlyList<OperatorGrant> Grants, DateTimeOffset Now, Guid? Next, string? Done);

/// <summary>GET /operator-access-consents on the console: who of the provider asked for the tenant's data, and what became of it.</summary>
internal static class ShowConsents
{
    private const int PageSize = 50;

    public static async Task<IResult> HandleAsync(HttpContext context, OperatorGrants grants, TimeProvider clock, Guid? before, string? done)
    {
        var found = await grants.ListAsync(context.Caller().Tenant, before, PageSize, context.RequestAborted);
        object view = new ConsentsView(found, clock.GetUtcNow(), found.Count == PageSize ? found[^1].Id : null, done);
        return Page.Show<ConsentsPage>(new { Model = view });
    }
}
