using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Web;

/// <summary>Marks a route that a program on a page calls by itself: that nobody is there keeps no session alive.</summary>
public sealed record Unattended
{
    public static bool Is(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetEndpoint()?.Metadata.GetMetadata<Unattended>() is not null;
    }
}

/// <summary>Asks again, during a long answer, whether its caller may still have it: sessions end, tokens are revoked, rights and grants are taken away.</summary>
public sealed class CallerRecheck(IEnumerable<ICallerAuthenticator> authenticators, ServiceHosts hosts)
{
    /// <returns>Null while the caller is who it was and holds the route's permission.</returns>
    public async Task<Failure?> CheckAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var before = context.Caller();
        var permission = context.GetEndpoint()!.Metadata.GetMetadata<RouteAccess>()!.Permission!.Value;
        var host = hosts.Find(context.Request.Host.Host)!.Value;
        foreach (var authenticator in authenticators)
        {
            if (await authenticator.AuthenticateAsync(context, host) is not { } outcome) continue;
            if (!outcome.TryGet(out var caller, out var failure)) return failure;
            var same = caller.Tenant == before.Tenant && caller.OperatorGrant == before.OperatorGrant;
            return same && caller.Permissions.Contains(permission) ? null : new NotPermitted(permission);
        }
        return new NotSignedIn();
    }
}

public static class UnattendedExtensions
{
    /// <summary>Calls of the route keep no session alive.</summary>
    public static TBuilder IsUnattended<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Unattended());
}
