using System.Diagnostics.CodeAnalysis;
using Akashi.Platform.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Sessions;

/// <summary>The cookie that carries a session; one per host, never shared (the prefix makes browsers enforce it).</summary>
internal static class SessionCookie
{
    public const string Name = "__Host-akashi-session";
    private const char Separator = '.';

    public static bool TryRead(HttpContext context, [NotNullWhen(true)] out TenantSecret? secret)
    {
        secret = null;
        return context.Request.Cookies.TryGetValue(Name, out var value) && TenantSecret.TryParse(value, Separator, out secret);
    }

    public static bool IsPresent(HttpContext context) => context.Request.Cookies.ContainsKey(Name);

    /// <summary>Makes a new secret and sends it to the browser; the caller stores its digest.</summary>
    public static TenantSecret Issue(HttpContext context, TenantId tenant)
    {
        var (text, secret) = TenantSecret.Create(tenant, Separator);
        context.Response.Cookies.Append(Name, text, Options);
        return secret;
    }

    public static void Remove(HttpContext context) => context.Response.Cookies.Delete(Name, Options);

    // Lax, not Strict: a link in a mail must find its reader signed in. Every form carries a token of its own.
    private static CookieOptions Options => new() { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, IsEssential = true };
}
