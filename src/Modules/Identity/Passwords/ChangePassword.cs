using Akashi.Identity.Sessions;
using Akashi.Identity.SignIn;
using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Mail;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Identity.Passwords;

/// <summary>GET and POST /account/password on the portal. Ends every other sign-in of the person.</summary>
internal static class ChangePassword
{
    private const string SupportIdOf = "SELECT support_id FROM identity.tenant WHERE id = @Tenant";
    private const string Update = "UPDATE identity.user_account SET password_hash = @hash WHERE id = @UserAccountId RETURNING mail, display_name";

    internal sealed class Form
    {
        public string? Current { get; init; }

        public string? Password { get; init; }

        public string? Repeated { get; init; }
    }

    public static IResult Get(string? done) => ChangePasswordPage.Show(failure: null, done: done is not null);

    public static async Task<IResult> PostAsync([FromForm] Form? form, HttpContext context, PasswordJudge judge, PasswordQueue queue, SessionBook sessions, AkashiDatabase database, AuditLog audit, MailOutbox outbox, ServiceHosts hosts, SignInPolicy policy, TimeProvider clock)
    {
        form ??= new Form();
        var current = CurrentSession.Of(context);
        if (!PasswordRules.CheckNew(form.Password, form.Repeated, current.UserId).TryGet(out var password, out var failure)) return ChangePasswordPage.Show(failure, done: false);
        string hash;
        using (var place = queue.TryEnter())
        {
            if (place is null) return ChangePasswordPage.Show(new SignInBusy(), done: false);
            hash = await place.RunAsync(() => PasswordHash.Create(password, policy.PasswordRounds), context.RequestAborted);
        }
        var supportId = (await database.QueryBeforeTenantAsync<string>(SupportIdOf, new { current.Tenant }, context.RequestAborted)).Single();
        // The current password goes through the same judge and counter as sign-in: a stolen session must not allow guessing.
        var attempt = new Attempt(supportId, current.UserId, form.Current ?? "", context.Connection.RemoteIpAddress?.ToString() ?? "");
        var outcome = await judge.JudgeAsync(attempt, async (session, _) =>
        {
            var (mail, name) = await session.QuerySingleAsync<(string, string)>(Update, new { hash, current.UserAccountId }, context.RequestAborted);
            await sessions.EndOthersAsync(session, current.UserAccountId, current.LoginId, context.RequestAborted);
            await outbox.EnqueueAsync(session, Mails.PasswordChanged(mail, name, PageLanguage.Current, clock.GetUtcNow(), attempt.Address, hosts), context.RequestAborted);
            await audit.WriteAsync(session, AuditActor.Of(context), new AuditEntry("account.change-password", current.UserId), context.RequestAborted);
        }, context.RequestAborted);
        return outcome.TryGet(out _, out failure) ? Results.Redirect("/account/password?done=1") : ChangePasswordPage.Show(failure, done: false);
    }
}
