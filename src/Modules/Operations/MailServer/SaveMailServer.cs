using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Mail;
using Akashi.Platform.Mail.Smtp;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.MailServer;

/// <summary>POST /mail-server on the console, PUT in the API.</summary>
internal static class SaveMailServer
{
    public const string Action = "mail-server.change";

    public static async Task<IResult> PostAsync(IFormCollection form, HttpContext context, TenantMailServer servers, AkashiDatabase database, AuditLog audit)
    {
        var input = MailServerInput.Of(form);
        if (await TrySaveAsync(input, context, servers, database, audit) is not { } failure) return Results.Redirect(MailServerRoutes.Path + "?done=Saved");
        var known = await servers.FindAsync(context.Caller().Tenant, context.RequestAborted);
        var typed = new MailServerSetting(input.Host, input.Port, Enum.TryParse<SmtpSecurity>(input.Security, ignoreCase: true, out var security) ? security : SmtpSecurity.StartTls, input.UserName, input.FromAddress, input.FromName, known?.HasPassword ?? false);
        return ShowMailServer.Show(new MailServerView(typed, known is not null, null, null, failure));
    }

    public static async Task<IResult> ApiAsync(MailServerInput input, HttpContext context, TenantMailServer servers, AkashiDatabase database, AuditLog audit) =>
        await TrySaveAsync(input, context, servers, database, audit) is { } failure ? failure.ToProblem() : Results.NoContent();

    private static async Task<Failure?> TrySaveAsync(MailServerInput input, HttpContext context, TenantMailServer servers, AkashiDatabase database, AuditLog audit)
    {
        if (!input.Read(servers).TryGet(out var setting, out var failure)) return failure;
        var caller = context.Caller();
        var before = await servers.FindAsync(caller.Tenant, context.RequestAborted);
        await using var session = await database.OpenAsync(caller.Tenant, context.RequestAborted);
        await servers.SaveAsync(session, setting, input.Password, caller.Subject, context.RequestAborted);
        await audit.WriteAsync(session, AuditActor.Of(context), new AuditEntry(Action, setting.Host, before, setting with { HasPassword = input.Password is not null || setting.HasPassword }), context.RequestAborted);
        await session.CommitAsync(context.RequestAborted);
        return null;
    }
}
