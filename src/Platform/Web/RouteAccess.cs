using Akashi.Platform.Tenancy;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Platform.Web;

/// <summary>What a route demands. Every route carries exactly one; start-up refuses a route without.</summary>
/// <param name="Permission">Null only for routes open to anybody.</param>
/// <param name="Reason">Why a route is open to anybody.</param>
public sealed record RouteAccess(Permission? Permission, string? Reason);

public static class RouteAccessExtensions
{
    /// <summary>The caller must hold the permission; the route reads and writes the caller's tenant alone.</summary>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder builder, Permission permission) where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint => endpoint.Metadata.Add(new RouteAccess(permission, null)));
        return builder;
    }

    /// <summary>Anybody may call, and no tenant is known.</summary>
    public static TBuilder OpenToAnybody<TBuilder>(this TBuilder builder, string reason) where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint => endpoint.Metadata.Add(new RouteAccess(null, reason)));
        return builder;
    }
}
