using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Akashi.Platform.Metrics;

/// <summary>Asks the sources when somebody wants to read, and shows their last answers as gauges.</summary>
internal sealed partial class MetricSampler(ServiceMetrics metrics, IEnumerable<MetricSource> sources, ILogger<MetricSampler> logger) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, ObservableGauge<double>> _gauges = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile IReadOnlyList<MetricSample> _samples = [];
    private long? _sampledAt;

    /// <param name="maximumAge">Figures that are younger are good enough: many readers do not ask the database many times.</param>
    public async Task RefreshAsync(TimeSpan maximumAge, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (_sampledAt is { } at && TimeProvider.System.GetElapsedTime(at) < maximumAge) return;
            var answers = await Task.WhenAll(sources.Select(source => AskAsync(source, cancellation)));
            _samples = [.. answers.SelectMany(answer => answer)];
            foreach (var sample in _samples.DistinctBy(sample => sample.Name))
                _gauges.GetOrAdd(sample.Name, name => metrics.Meter.CreateObservableGauge(name, () => Measure(name), sample.Unit, sample.Description));
            _sampledAt = TimeProvider.System.GetTimestamp();
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private IEnumerable<Measurement<double>> Measure(string name) => _samples.Where(sample => sample.Name == name).Select(sample => sample.Label is { } label
        ? new Measurement<double>(sample.Value, new KeyValuePair<string, object?>(label.Name, label.Value))
        : new Measurement<double>(sample.Value));

    private async Task<IReadOnlyList<MetricSample>> AskAsync(MetricSource source, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            return await source.SampleAsync(limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception e) when (e is not OutOfMemoryException && !cancellation.IsCancellationRequested)
        {
            // Without an answer the figures are absent, which alerts can see; the others are still told.
            LogFailed(e, source.GetType().Name);
            return [];
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The figures of {Source} could not be read.")]
    private partial void LogFailed(Exception exception, string source);
}
