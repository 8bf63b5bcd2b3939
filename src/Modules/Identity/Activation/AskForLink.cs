using Akashi.Identity.SignIn;
using Akashi.Identity.Tenants;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Identity.Activation;

/// <summary>GET and POST /forgotten on the portal. The answer never tells whether anybody has the name.</summary>
internal static class AskForLink
{
    public const string Path = "/forgotten";

    internal sealed class Form
    {
        public string? SupportId { get; init; }

        public string? UserId { get; init; }
    }

    public static IResult Get(HttpContext context, string? done) =>
        AskForLinkPage.Show(SupportId.TryFold(context.Request.Cookies[PasswordSignIn.SupportIdCookie]) ?? "", done is not null);

    public static async Task<IResult> PostAsync([FromForm] Form? form, HttpContext context, LinkRequests requests)
    {
        form ??= new Form();
        await requests.AskAsync(form.SupportId ?? "", form.UserId ?? "", context.Connection.RemoteIpAddress?.ToString() ?? "", PageLanguage.Current, context.RequestAborted);
        return Results.Redirect(Path + "?done=1");
    }
}
