using System.Diagnostics.CodeAnalysis;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Web;

/// <summary>Recognises one kind of credential: session cookie, API token, terminal certificate.</summary>
public interface ICallerAuthenticator
{
    /// <summary>Null when the request carries no credential of this kind on this host; a failure when it carries a bad one.</summary>
    ValueTask<Outcome<Caller>?> AuthenticateAsync(HttpContext context, ServiceHost host);
}

public static class CallerContext
{
    /// <summary>The caller of a route that demands a permission; the access check ran before.</summary>
    public static Caller Caller(this HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("This route is open to anybody and has no caller.");

    public static bool TryGetCaller(this HttpContext context, [NotNullWhen(true)] out Caller? caller) =>
        (caller = context.Features.Get<Caller>()) is not null;
}
