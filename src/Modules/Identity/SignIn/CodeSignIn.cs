using System.Globalization;
using System.Text;
using Akashi.Identity.Sessions;
using Akashi.Platform.Errors;
using Akashi.Platform.Hosting;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Akashi.Identity.SignIn;

/// <summary>GET and POST /sign-in/code on the portal: the code that was mailed after the right password. POST /sign-in/code/again sends another.</summary>
internal static class CodeSignIn
{
    public const string Path = "/sign-in/code";
    public const string AgainPath = Path + "/again";
    private const int MaximumTyped = 32;

    internal sealed class Form
    {
        public string? Code { get; init; }

        public string? To { get; init; }

        public string? Return { get; init; }
    }

    public static string Address(string? to, string? path, string? done = null)
    {
        var parameters = new Dictionary<string, string?>(StringComparer.Ordinal) { ["to"] = to, ["return"] = LocalPath.Safe(path), ["done"] = done };
        return QueryHelpers.AddQueryString(Path, parameters);
    }

    public static async Task<IResult> GetAsync(HttpContext context, SignInCodes codes, ServerOptions options, string? to, string? @return, string? done) =>
        await ShowAsync(context, codes, options, to, @return, done is not null, failure: null);

    public static async Task<IResult> PostAsync([FromForm] Form? form, HttpContext context, SignInCodes codes, SessionBook sessions, ServerOptions options)
    {
        form ??= new Form();
        if (!SignInCookie.TryRead(context, out var secret, out var text)) return Results.Redirect("/sign-in");
        var failure = await codes.JudgeAsync(secret, text, CodeOf(form.Code), context.Connection.RemoteIpAddress?.ToString() ?? "", (session, userAccountId) =>
            sessions.BeginAsync(session, context, ServiceHost.Portal, userAccountId, Guid.CreateVersion7(), sessions.EndOfNew()), context.RequestAborted);
        if (failure is not null) return await ShowAsync(context, codes, options, form.To, form.Return, sent: false, failure);
        SignInCookie.Remove(context);
        return Results.Redirect(PasswordSignIn.Onward(form.To, form.Return));
    }

    public static async Task<IResult> SendAgainAsync([FromForm] Form? form, HttpContext context, SignInCodes codes, ServerOptions options)
    {
        form ??= new Form();
        if (!SignInCookie.TryRead(context, out var secret, out var text)) return Results.Redirect("/sign-in");
        return await codes.SendAgainAsync(secret, text, context) is { } failure
            ? await ShowAsync(context, codes, options, form.To, form.Return, sent: false, failure)
            : Results.Redirect(Address(form.To, form.Return, done: "sent"));
    }

    private static async Task<IResult> ShowAsync(HttpContext context, SignInCodes codes, ServerOptions options, string? to, string? path, bool sent, Failure? failure)
    {
        // A browser that awaits no code learns nothing but where sign-in begins.
        if (!SignInCookie.TryRead(context, out var secret, out _) || await codes.FindAddressAsync(secret, context.RequestAborted) is not { } address) return Results.Redirect("/sign-in");
        if (failure?.RetryAfterSeconds is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return CodePage.Show(new CodePage.State { Address = Masked(address), To = to, Return = LocalPath.Safe(path), Sent = sent, Failure = failure, NamesOutbox = !options.Production });
    }

    /// <summary>Digits as people type them, full-width or with a gap; what can be no code is -1, which no code is.</summary>
    internal static int CodeOf(string? typed)
    {
        const int length = 6;
        if (typed is null or { Length: > MaximumTyped }) return -1;
        try
        {
            var digits = string.Concat(typed.Normalize(NormalizationForm.FormKC).Where(character => !char.IsWhiteSpace(character) && character != '-'));
            return digits.Length == length && digits.All(char.IsAsciiDigit) ? int.Parse(digits, CultureInfo.InvariantCulture) : -1;
        }
        catch (ArgumentException)
        {
            return -1; // a lone surrogate
        }
    }

    /// <summary>Enough for its owner to know which mailbox to open.</summary>
    private static string Masked(string address)
    {
        var at = address.IndexOf('@', StringComparison.Ordinal);
        return at < 1 ? "…" : address[..1] + "…" + address[at..];
    }
}
