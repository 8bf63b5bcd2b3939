using Akashi.Platform.Tenancy;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Platform.Web;

/// <summary>What a route demands. Every route carries exactly one; start-up refuses a route without.</summary>
/// <param name="Permission">Null only for routes open to anybody.</param>
/// <param name="Scope">Whose data the route touches; null only for routes open to anybody.</param>
/// <param name="Reason">Why a route is open to anybody.</param>
/// <param name="AsksCaller">False for what is the same for everybody: nobody looks up, or records, who asks.</param>
public sealed record RouteAccess(Permission? Permission, TenantScope? Scope, string? Reason, bool AsksCaller = true)
{
    /// <summary>A fault in the declaration, or null.</summary>
    public string? Fault() => Permission is { } permission && PermissionCatalogue.Of(permission).Scope != Scope
        ? $"declares scope {Scope}, but the permission {permission} is of scope {PermissionCatalogue.Of(permission).Scope}"
        : null;
}

public static class RouteAccessExtensions
{
    /// <summary>The caller must hold the permission; <paramref name="scope"/> says whose data the route touches and must be the permission's.</summary>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder builder, Permission permission, TenantScope scope) where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint => endpoint.Metadata.Add(new RouteAccess(permission, scope, null)));
        return builder;
    }

    /// <summary>Anybody may call, and no tenant is known.</summary>
    public static TBuilder OpenToAnybody<TBuilder>(this TBuilder builder, string reason) where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint => endpoint.Metadata.Add(new RouteAccess(null, null, reason)));
        return builder;
    }

    /// <summary>Anybody may call, everybody gets the same, and the caller is not even looked up.</summary>
    public static TBuilder SameForEverybody<TBuilder>(this TBuilder builder, string reason) where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint => endpoint.Metadata.Add(new RouteAccess(null, null, reason, AsksCaller: false)));
        return builder;
    }
}
