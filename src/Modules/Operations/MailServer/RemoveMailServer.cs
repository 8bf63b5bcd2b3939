using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Mail;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.MailServer;

/// <summary>POST /mail-server/remove on the console, DELETE in the API: mail goes through the service's server again.</summary>
internal static class RemoveMailServer
{
    public const string Action = "mail-server.remove";

    public static async Task<IResult> PostAsync(IFormCollection form, HttpContext context, TenantMailServer servers, AkashiDatabase database, AuditLog audit)
    {
        _ = form;
        await RemoveAsync(context, servers, database, audit);
        return Results.Redirect(MailServerRoutes.Path + "?done=Removed");
    }

    public static async Task<IResult> ApiAsync(HttpContext context, TenantMailServer servers, AkashiDatabase database, AuditLog audit)
    {
        await RemoveAsync(context, servers, database, audit);
        return Results.NoContent();
    }

    private static async Task RemoveAsync(HttpContext context, TenantMailServer servers, AkashiDatabase database, AuditLog audit)
    {
        var tenant = context.Caller().Tenant;
        if (await servers.FindAsync(tenant, context.RequestAborted) is not { } known) return;
        await using var session = await database.OpenAsync(tenant, context.RequestAborted);
        await servers.RemoveAsync(session, context.RequestAborted);
        await audit.WriteAsync(session, AuditActor.Of(context), new AuditEntry(Action, known.Host, known), context.RequestAborted);
        await session.CommitAsync(context.RequestAborted);
    }
}
