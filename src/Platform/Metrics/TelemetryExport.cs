using Akashi.Platform.Hosting;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Akashi.Platform.Metrics;

/// <summary>Sends metrics and traces to an OpenTelemetry receiver when one is configured.</summary>
internal sealed class TelemetryExport(ServerOptions options, MetricSampler sampler) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private const int FlushMilliseconds = 5000;

    private MeterProvider? _metrics;
    private TracerProvider? _traces;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Telemetry.OtlpEndpoint.Length == 0) return Task.CompletedTask;
        var about = ResourceBuilder.CreateEmpty().AddService(ServiceMetrics.Name, serviceVersion: ServiceVersion.Text, autoGenerateServiceInstanceId: false, serviceInstanceId: Environment.MachineName);
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(about).AddMeter(ServiceMetrics.Name, "System.Runtime")
            .AddOtlpExporter((exporter, reader) =>
            {
                SendTo(exporter, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)Interval.TotalMilliseconds;
            }).Build();
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(about).AddSource(ServiceMetrics.Name)
            .SetSampler(new TraceIdRatioBasedSampler(options.Telemetry.TraceRatio))
            .AddOtlpExporter(exporter => SendTo(exporter, "v1/traces")).Build();
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Sends what has gathered, now.</summary>
    public void Flush()
    {
        _metrics?.ForceFlush(FlushMilliseconds);
        _traces?.ForceFlush(FlushMilliseconds);
    }

    public override void Dispose()
    {
        _metrics?.Dispose();
        _traces?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Gauges show what was asked last; nobody scrapes here, so it is asked in time with the export.
        while (!stoppingToken.IsCancellationRequested)
        {
            await sampler.RefreshAsync(Interval / 2, stoppingToken);
            await Task.Delay(Interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void SendTo(OtlpExporterOptions exporter, string path)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri(options.Telemetry.OtlpEndpoint.TrimEnd('/') + "/" + path);
    }
}
