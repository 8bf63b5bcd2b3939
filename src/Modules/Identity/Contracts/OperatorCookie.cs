using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Contracts;

/// <summary>Says on whose tenant an operator's console acts. It grants nothing: each request asks for the open grant.</summary>
public static class OperatorCookie
{
    public const string Name = "__Host-akashi-acting-on";

    public static void Set(HttpContext context, string supportId) => context.Response.Cookies.Append(Name, supportId, Options);

    public static void Remove(HttpContext context) => context.Response.Cookies.Delete(Name, Options);

    private static CookieOptions Options => new() { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Strict, IsEssential = true };
}
