using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Akashi.Platform.Metrics;

public static class MetricServices
{
    public static IServiceCollection AddMetricSource<TSource>(this IServiceCollection services) where TSource : MetricSource
    {
        services.TryAddSingleton<TSource>();
        return services.AddSingleton<MetricSource>(provider => provider.GetRequiredService<TSource>());
    }

    internal static void AddServiceMetrics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<ServiceMetrics>();
        services.AddSingleton<MetricSampler>();
        services.AddSingleton<MetricCollector>();
        services.AddMetricSource<PlatformFigures>();
        services.AddHostedService<TelemetryExport>();
    }
}
