using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Portal;

/// <summary>POST /language on portal and console.</summary>
internal static class SwitchLanguage
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(365);

    public static IResult Post(HttpContext context, [FromForm] string? culture, [FromForm] string? @return)
    {
        var chosen = culture == "en-US" ? "en-US" : "ja-JP";
        var options = new CookieOptions { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = Life, IsEssential = true };
        context.Response.Cookies.Append(AkashiWeb.LanguageCookie, CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(chosen)), options);
        return Results.Redirect(LocalPath.Safe(@return));
    }
}
