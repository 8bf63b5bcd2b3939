using Akashi.Identity.Passwords;
using Akashi.Identity.SignIn;
using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Identity.Activation;

internal sealed record ActivationRefused() : Failure("activation-refused", StatusCodes.Status404NotFound)
{
    public override string Japanese => "この登録リンクは使えません。使用済みか、期限 (7 日) が切れています。契約の管理者に再発行を依頼してください。";
    public override string English => "This activation link cannot be used: it was used already or has expired (7 days). Ask your administrator for a new one.";
}

/// <summary>GET and POST /activate on the portal: the holder of a one-time link sets the first password.</summary>
internal static class Activate
{
    internal sealed class Form
    {
        public string? Code { get; init; }

        public string? Password { get; init; }

        public string? Repeated { get; init; }
    }

    public static async Task<IResult> GetAsync(HttpContext context, Activations activations, string? code)
    {
        if (!TenantSecret.TryParse(code, Activations.Separator, out var secret)) return new ActivationRefused().ToProblem();
        return await activations.FindAsync(secret, context.RequestAborted) is { } invitation
            ? ActivatePage.Show(invitation, code!, failure: null)
            : new ActivationRefused().ToProblem();
    }

    public static async Task<IResult> PostAsync([FromForm] Form form, HttpContext context, Activations activations, PasswordQueue queue, SignInPolicy policy)
    {
        if (!TenantSecret.TryParse(form.Code, Activations.Separator, out var secret)) return new ActivationRefused().ToProblem();
        if (await activations.FindAsync(secret, context.RequestAborted) is not { } invitation) return new ActivationRefused().ToProblem();
        if (!PasswordRules.CheckNew(form.Password, form.Repeated, invitation.UserId).TryGet(out var password, out var failure))
            return ActivatePage.Show(invitation, form.Code!, failure);
        using var place = queue.TryEnter();
        if (place is null) return ActivatePage.Show(invitation, form.Code!, new SignInBusy());
        var hash = await place.RunAsync(() => PasswordHash.Create(password, policy.PasswordRounds), context.RequestAborted);
        if (!await activations.UseAsync(secret, hash, context.RequestAborted)) return new ActivationRefused().ToProblem();
        PasswordSignIn.Remember(context, invitation.SupportId);
        return Results.Redirect($"/sign-in?done=activated&user={Uri.EscapeDataString(invitation.UserId)}");
    }
}
