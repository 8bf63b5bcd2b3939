using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Portal.Home;

/// <summary>GET / on portal (what one can do here) and console (its first page).</summary>
internal static class HomeRoutes
{
    public static IResult Portal() => Page.Show<HomePage>(new { });

    public static IResult Console(HttpContext context, IEnumerable<NavigationEntry> entries, ServiceHosts hosts)
    {
        var permissions = context.Caller().Permissions;
        var first = entries.Where(entry => entry.Host == ServiceHost.Console && permissions.Contains(entry.Permission)).MinBy(entry => entry.Order);
        return Results.Redirect(first?.Path ?? hosts.OriginOf(ServiceHost.Portal) + "/");
    }
}
