using System.Diagnostics.CodeAnalysis;
using Akashi.Platform.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.SignIn;

/// <summary>The cookie of a sign-in whose password was right and whose code is awaited. It is no session and opens nothing.</summary>
internal static class SignInCookie
{
    public const string Name = "__Host-akashi-sign-in";
    private const char Separator = '.';

    public static bool TryRead(HttpContext context, [NotNullWhen(true)] out TenantSecret? secret, out string text)
    {
        secret = null;
        text = context.Request.Cookies[Name] ?? "";
        return TenantSecret.TryParse(text, Separator, out secret);
    }

    public static (TenantSecret Secret, string Text) Issue(HttpContext context, TenantId tenant)
    {
        var (text, secret) = TenantSecret.Create(tenant, Separator);
        context.Response.Cookies.Append(Name, text, Options);
        return (secret, text);
    }

    public static void Remove(HttpContext context) => context.Response.Cookies.Delete(Name, Options);

    private static CookieOptions Options => new() { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, IsEssential = true };
}
