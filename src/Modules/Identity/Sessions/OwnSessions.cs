using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Identity.Sessions;

/// <summary>GET /account/sessions on the portal: a person's own sign-ins. POST /account/sessions/end ends one, /end-others all but this.</summary>
internal static class OwnSessions
{
    public const string Path = "/account/sessions";

    internal sealed class Form
    {
        public string? Login { get; init; }
    }

    public static async Task<IResult> GetAsync(HttpContext context, AkashiDatabase database, SessionBook sessions, string? done)
    {
        var current = CurrentSession.Of(context);
        await using var session = await database.OpenAsync(current.Tenant, context.RequestAborted);
        var rows = await sessions.ListAsync(session, current.UserAccountId, context.RequestAborted);
        return Page.Show<SessionsPage>(new { Rows = (object)rows, Current = current.LoginId, Done = done is not null });
    }

    public static async Task<IResult> EndAsync([FromForm] Form? form, HttpContext context, AkashiDatabase database, SessionBook sessions, AuditLog audit)
    {
        form ??= new Form();
        var current = CurrentSession.Of(context);
        await using var session = await database.OpenAsync(current.Tenant, context.RequestAborted);
        // A sign-in that has ended meanwhile is as good as ended.
        if (Guid.TryParse(form.Login, out var loginId) && await sessions.EndOneAsync(session, current.UserAccountId, loginId, context.RequestAborted))
            await audit.WriteAsync(session, AuditActor.Of(context), new AuditEntry("account.end-session", current.UserId), context.RequestAborted);
        await session.CommitAsync(context.RequestAborted);
        return Results.Redirect(Path + "?done=1");
    }

    /// <summary>The form carries nothing but its token; naming the form is what makes the server check the token.</summary>
    public static async Task<IResult> EndOthersAsync(IFormCollection form, HttpContext context, AkashiDatabase database, SessionBook sessions, AuditLog audit)
    {
        _ = form;
        var current = CurrentSession.Of(context);
        await using var session = await database.OpenAsync(current.Tenant, context.RequestAborted);
        await sessions.EndOthersAsync(session, current.UserAccountId, current.LoginId, context.RequestAborted);
        await audit.WriteAsync(session, AuditActor.Of(context), new AuditEntry("account.end-other-sessions", current.UserId), context.RequestAborted);
        await session.CommitAsync(context.RequestAborted);
        return Results.Redirect(Path + "?done=1");
    }
}
