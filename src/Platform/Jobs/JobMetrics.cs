using System.Diagnostics.Metrics;
using Akashi.Platform.Metrics;

namespace Akashi.Platform.Jobs;

/// <summary>Runs of jobs on this node.</summary>
internal sealed class JobMetrics(ServiceMetrics metrics)
{
    private readonly Histogram<double> _runs = metrics.Meter.CreateHistogram(
        "akashi.jobs.run.duration", "s", "Runs of jobs, by job and outcome.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1, 10, 60, 600, 3600] });

    public void Ran(string job, string outcome, TimeSpan time) =>
        _runs.Record(time.TotalSeconds, new KeyValuePair<string, object?>("job", job), new KeyValuePair<string, object?>("outcome", outcome));
}
