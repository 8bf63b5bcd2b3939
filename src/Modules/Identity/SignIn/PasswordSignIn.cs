using Akashi.Identity.HandOff;
using Akashi.Identity.Sessions;
using Akashi.Identity.SignInPolicies;
using Akashi.Identity.Tenants;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Identity.SignIn;

/// <summary>GET and POST /sign-in on the portal: support id, user id, password.</summary>
internal static class PasswordSignIn
{
    public const string SupportIdCookie = "__Host-akashi-support-id";
    private static readonly TimeSpan SupportIdLife = TimeSpan.FromDays(180);

    internal sealed class Form
    {
        public string? SupportId { get; init; }

        public string? UserId { get; init; }

        public string? Password { get; init; }

        public string? To { get; init; }

        public string? Return { get; init; }
    }

    public static IResult Get(HttpContext context, ServiceHosts hosts, string? to, string? @return, string? user, string? done)
    {
        if (context.TryGetCaller(out _)) return Results.Redirect(Onward(to, @return));
        return SignInPage.Show(context, new SignInPage.State
        {
            SupportId = SupportId.TryFold(context.Request.Cookies[SupportIdCookie]) ?? "",
            UserId = user is { Length: <= 64 } ? user : "",
            To = to, Return = LocalPath.Safe(@return), Done = done,
        });
    }

    public static async Task<IResult> PostAsync([FromForm] Form? form, HttpContext context, PasswordJudge judge, SignInCodes codes, SessionBook sessions)
    {
        form ??= new Form();
        Failure? limit = null;
        var codeAwaited = false;
        var attempt = new Attempt(form.SupportId ?? "", form.UserId ?? "", form.Password ?? "", context.Connection.RemoteIpAddress?.ToString() ?? "");
        var outcome = await judge.JudgeAsync(attempt, async (session, right) =>
        {
            codeAwaited = await Factors.OfAsync(session, context.RequestAborted) != Factors.Password;
            if (codeAwaited)
            {
                limit = await codes.BeginAsync(session, right, context);
                return;
            }
            await PasswordJudge.SignedInAsync(session, right, context.RequestAborted);
            await sessions.BeginAsync(session, context, ServiceHost.Portal, right.UserAccountId, Guid.CreateVersion7(), sessions.EndOfNew());
        }, context.RequestAborted);
        var failure = outcome.Failure ?? limit;
        if (failure is not null)
        {
            return SignInPage.Show(context, new SignInPage.State
            {
                SupportId = Shown(form.SupportId), UserId = Shown(form.UserId), To = form.To, Return = LocalPath.Safe(form.Return), Failure = failure,
            });
        }
        Remember(context, SupportId.TryFold(form.SupportId));
        return Results.Redirect(codeAwaited ? CodeSignIn.Address(form.To, form.Return) : Onward(form.To, form.Return));
    }

    public static void Remember(HttpContext context, string? supportId)
    {
        if (supportId is null) return;
        context.Response.Cookies.Append(SupportIdCookie, supportId, new CookieOptions { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = SupportIdLife });
    }

    public static string Onward(string? to, string? path)
    {
        var local = LocalPath.Safe(path);
        return to == HandOffRoutes.ToConsole ? $"/to/console?return={Uri.EscapeDataString(local)}" : local;
    }

    private static string Shown(string? typed) => typed is { Length: <= 64 } ? typed : "";
}
