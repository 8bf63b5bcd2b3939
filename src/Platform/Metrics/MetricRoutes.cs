using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Metrics;

/// <summary>GET /metrics on the host of the API, for Prometheus with an API token of the operator.</summary>
internal static class MetricRoutes
{
    public const string Path = "/metrics";

    /// <summary>Several scrapers at once cost the database one round.</summary>
    private static readonly TimeSpan FreshEnough = TimeSpan.FromSeconds(2);

    public static async Task<IResult> HandleAsync(MetricSampler sampler, MetricCollector collector, CancellationToken cancellation)
    {
        await sampler.RefreshAsync(FreshEnough, cancellation);
        return Results.Text(collector.Read(), PrometheusText.ContentType);
    }
}
