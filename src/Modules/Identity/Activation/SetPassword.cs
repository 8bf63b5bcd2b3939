using Akashi.Identity.Passwords;
using Akashi.Identity.SignIn;
using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Mail;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Identity.Activation;

internal sealed record LinkRefused() : Failure("link-refused", StatusCodes.Status404NotFound)
{
    public override string Japanese => "このリンクは使えません。使用済みか、期限が切れています。サインインのページの「パスワードを忘れたとき」から、新しいリンクを受け取ってください。";
    public override string English => "This link cannot be used: it was used already or has expired. Get a new one with 'Forgot your password?' on the sign-in page.";
}

/// <summary>GET and POST /activate and /reset on the portal: the holder of a one-time link sets a password.</summary>
internal static class SetPassword
{
    internal sealed class Form
    {
        public string? Code { get; init; }

        public string? Password { get; init; }

        public string? Repeated { get; init; }
    }

    public static async Task<IResult> GetAsync(HttpContext context, Activations links, string? code)
    {
        if (!TenantSecret.TryParse(code, Activations.Separator, out var secret)) return new LinkRefused().ToProblem();
        return await links.FindAsync(secret, context.RequestAborted) is { } invitation
            ? SetPasswordPage.Show(invitation, code!, failure: null)
            : new LinkRefused().ToProblem();
    }

    public static async Task<IResult> PostAsync([FromForm] Form? form, HttpContext context, Activations links, PasswordQueue queue, AkashiDatabase database, AuditLog audit, MailOutbox outbox, ServiceHosts hosts, SignInPolicy policy, TimeProvider clock)
    {
        form ??= new Form();
        if (!TenantSecret.TryParse(form.Code, Activations.Separator, out var secret)) return new LinkRefused().ToProblem();
        if (await links.FindAsync(secret, context.RequestAborted) is not { } invitation) return new LinkRefused().ToProblem();
        if (!PasswordRules.CheckNew(form.Password, form.Repeated, invitation.UserId).TryGet(out var password, out var failure))
            return SetPasswordPage.Show(invitation, form.Code!, failure);
        using var place = queue.TryEnter();
        if (place is null) return SetPasswordPage.Show(invitation, form.Code!, new SignInBusy());
        var hash = await place.RunAsync(() => PasswordHash.Create(password, policy.PasswordRounds), context.RequestAborted);
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        await using var session = await database.OpenAsync(secret.Tenant, context.RequestAborted);
        if (!await links.UseAsync(session, secret, hash, context.RequestAborted)) return new LinkRefused().ToProblem();
        if (!invitation.FirstAccess) await outbox.EnqueueAsync(session, Mails.PasswordChanged(invitation.Mail, invitation.DisplayName, PageLanguage.Current, clock.GetUtcNow(), address, hosts), context.RequestAborted);
        var action = invitation.FirstAccess ? "account.activate" : "account.reset-password";
        await audit.WriteAsync(session, AuditActor.Unsigned(context, invitation.UserId, invitation.DisplayName), new AuditEntry(action, invitation.UserId), context.RequestAborted);
        await session.CommitAsync(context.RequestAborted);
        PasswordSignIn.Remember(context, invitation.SupportId);
        return Results.Redirect($"/sign-in?done={(invitation.FirstAccess ? "activated" : "reset")}&user={Uri.EscapeDataString(invitation.UserId)}");
    }
}
