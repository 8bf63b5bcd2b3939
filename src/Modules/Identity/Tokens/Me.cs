using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Tokens;

/// <summary>GET /api/v1/me — whom a token speaks for.</summary>
internal static class Me
{
    internal sealed record MeAnswer(string Tenant, string TenantName, string Subject, string DisplayName, IReadOnlyList<string> Permissions);

    public static IResult Get(HttpContext context)
    {
        var caller = context.Caller();
        var permissions = caller.Permissions.Select(PermissionCatalogue.IdOf).Order(StringComparer.Ordinal).ToList();
        return Results.Ok(new MeAnswer(caller.Tenant.ToString(), caller.TenantName, caller.Subject, caller.DisplayName, permissions));
    }
}
