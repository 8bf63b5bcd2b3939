using Akashi.Endpoints.Terminals;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Endpoints.Pages;

internal sealed record TerminalsView(TerminalAddress Address, TerminalPage Found, DateTimeOffset Now, bool MayEnrol);

/// <summary>GET /terminals on the console.</summary>
internal static class ShowTerminals
{
    public static async Task<IResult> HandleAsync(HttpContext context, TerminalDirectory directory, TimeProvider clock, CancellationToken cancellation)
    {
        var caller = context.Caller();
        var address = TerminalAddress.Read(context.Request.Query);
        var found = await directory.ListAsync(caller.Tenant, address.ToRequest(), cancellation);
        object view = new TerminalsView(address, found, clock.GetUtcNow(), caller.Permissions.Contains(Permission.TerminalsEnrol));
        return Page.Show<TerminalsPage>(new { Model = view });
    }
}
