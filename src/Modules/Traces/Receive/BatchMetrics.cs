using System.Diagnostics.Metrics;
using Akashi.Platform.Metrics;

namespace Akashi.Traces.Receive;

/// <summary>What was stored since the start.</summary>
internal sealed class BatchMetrics(ServiceMetrics metrics)
{
    private readonly Counter<long> _batches = metrics.Meter.CreateCounter<long>("akashi.batches.received", "{batch}", "Batches stored, by source.");
    private readonly Counter<long> _bytes = metrics.Meter.CreateCounter<long>("akashi.batches.size", "By", "Their zip files.");
    private readonly Counter<long> _lines = metrics.Meter.CreateCounter<long>("akashi.batches.lines", "{line}", "Their lines.");

    public void Stored(string source, long bytes, long lines)
    {
        var label = new KeyValuePair<string, object?>("source", source);
        _batches.Add(1, label);
        _bytes.Add(bytes, label);
        _lines.Add(lines, label);
    }
}
