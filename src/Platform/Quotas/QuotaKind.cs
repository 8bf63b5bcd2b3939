using Microsoft.AspNetCore.Builder;

namespace Akashi.Platform.Quotas;

/// <summary>What of a tenant's use is limited.</summary>
public enum QuotaKind
{
    /// <summary>Requests; the default of a route.</summary>
    Requests,
    /// <summary>Batches, counted in bytes. The receiver charges them once it knows their size.</summary>
    Ingest,
    /// <summary>Searches and exports. They count as requests, and wait in a queue of their own.</summary>
    Searches,
}

internal sealed record RouteQuota(QuotaKind Kind);

public static class QuotaRoutes
{
    /// <summary>For routes that queue by themselves, because they are long: they hold no place among the short ones.</summary>
    public static TBuilder CountsAs<TBuilder>(this TBuilder builder, QuotaKind kind) where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RouteQuota(kind));
}
