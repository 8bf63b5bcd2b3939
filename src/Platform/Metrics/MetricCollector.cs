using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Akashi.Platform.Metrics;

/// <summary>Adds up what the instruments of this server report, and the runtime's, until somebody reads it.</summary>
internal sealed class MetricCollector : IDisposable
{
    /// <summary>Labels are few by design; a mistake must not eat the memory.</summary>
    public const int MaximumSeries = 2000;

    private const string Runtime = "System.Runtime";

    private readonly ConcurrentDictionary<Instrument, ConcurrentDictionary<string, MetricSeries>> _all = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _reading = new();

    public MetricCollector(ServiceMetrics metrics)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // By identity: several servers may live in one process, as in tests.
            if (ReferenceEquals(instrument.Meter, metrics.Meter) || instrument.Meter.Name == Runtime) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Add(instrument, value, labels));
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Add(instrument, value, labels));
        _listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Add(instrument, value, labels));
        _listener.Start();
    }

    public string Read()
    {
        lock (_reading)
        {
            // What an observable no longer reports, for example an empty queue, is gone.
            foreach (var (instrument, series) in _all)
                if (instrument.IsObservable) series.Clear();
            _listener.RecordObservableInstruments();
            return PrometheusText.Write(_all.Select(pair => (pair.Key, (IReadOnlyDictionary<string, MetricSeries>)pair.Value)));
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var all = _all.GetOrAdd(instrument, _ => new ConcurrentDictionary<string, MetricSeries>(StringComparer.Ordinal));
        var key = PrometheusText.LabelsOf(labels);
        if (!all.TryGetValue(key, out var series))
        {
            if (all.Count >= MaximumSeries) return;
            series = all.GetOrAdd(key, _ => new MetricSeries(BoundsOf(instrument)));
        }
        series.Add(value, replace: instrument.IsObservable);
    }

    private static IReadOnlyList<double> BoundsOf(Instrument instrument) => instrument is Histogram<double> histogram ? histogram.Advice?.HistogramBucketBoundaries ?? [] : [];
}

/// <summary>One instrument with one set of labels.</summary>
internal sealed class MetricSeries(IReadOnlyList<double> bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _below = new long[bounds.Count];
    private double _sum;
    private long _count;

    public IReadOnlyList<double> Bounds => bounds;

    /// <param name="replace">For instruments that report totals or states instead of changes.</param>
    public void Add(double value, bool replace)
    {
        lock (_gate)
        {
            _sum = replace ? value : _sum + value;
            _count++;
            for (var i = 0; i < _below.Length; i++)
                if (value <= bounds[i]) _below[i]++;
        }
    }

    /// <returns>The sum, how many values it has, and for each bound how many were no greater.</returns>
    public (double Sum, long Count, long[] Below) Read()
    {
        lock (_gate) return (_sum, _count, [.. _below]);
    }
}
