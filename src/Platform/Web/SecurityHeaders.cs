using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Web;

/// <summary>Headers on every answer. No inline script or style anywhere, so the content policy needs no exception.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, ServiceHosts hosts)
{
    private readonly string _policy = PolicyFor("'self'");

    // Signing in on the portal may end in a hand-off to the console, and browsers apply form-action to redirects of a form.
    private readonly string _portalPolicy = PolicyFor($"'self' {hosts.OriginOf(ServiceHost.Console)}");

    public Task InvokeAsync(HttpContext context)
    {
        // Not before the answer starts: a fault on the way there clears what was set.
        context.Response.OnStarting(() =>
        {
            Set(context);
            return Task.CompletedTask;
        });
        return next(context);
    }

    private void Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = hosts.Find(context.Request.Host.Host) == ServiceHost.Portal ? _portalPolicy : _policy;
        headers.StrictTransportSecurity = "max-age=31536000";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
        // Evidence and accounts must not stay in shared caches; static files have a lifetime of their own.
        if (headers.CacheControl.Count == 0) headers.CacheControl = "no-cache, no-store";
    }

    private static string PolicyFor(string formAction) =>
        $"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action {formAction}; frame-ancestors 'none'; base-uri 'none'";
}
