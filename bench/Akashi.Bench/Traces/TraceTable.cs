using System.Globalization;
using Akashi.Bench.Traces.Peers;
using Akashi.Bench.Traces.Questions;

namespace Akashi.Bench.Traces;

internal sealed record StoreFigures(double RowsPerSecond, double RowsPerSecondToRest, double CpuMicroseconds, double? PeakMegabytes, double BytesPerRow);

/// <summary>Rows of the report: our figure beside each peer's.</summary>
internal sealed class TraceTable(BenchReport report, IReadOnlyList<ITraceStore> stores, int events)
{
    private readonly Dictionary<string, StoreFigures> _figures = [];
    private readonly Dictionary<string, double?> _mixed = [];

    private ITraceStore Ours => stores[0];

    public void Add(ITraceStore store, StoreFigures figures) => _figures[store.Name] = figures;

    public void AddMixed(ITraceStore store, double? milliseconds) => _mixed[store.Name] = milliseconds;

    public void ReportFilling()
    {
        var ours = _figures[Ours.Name];
        BenchReport.Note(string.Create(CultureInfo.InvariantCulture, $"traces: {Ours.Name}: {ours.RowsPerSecond:0} rows/s, {ours.RowsPerSecondToRest:0} to rest, {ours.CpuMicroseconds:0.0} µs/row, {ours.PeakMegabytes:0} MB peak, {ours.BytesPerRow:0.00} bytes/row"));
        foreach (var peer in Peers()) report.AddMoreIsBetter("ingest", ours.RowsPerSecond, "rows/s", Title(peer), _figures[peer.Name].RowsPerSecond);
        foreach (var peer in Peers()) report.AddMoreIsBetter("ingest-rested", ours.RowsPerSecondToRest, "rows/s", Title(peer), _figures[peer.Name].RowsPerSecondToRest);
        foreach (var peer in Peers()) report.AddLessIsBetter("ingest-cpu", ours.CpuMicroseconds, "µs/row", Title(peer), _figures[peer.Name].CpuMicroseconds);
        foreach (var peer in Peers())
            if (ours.PeakMegabytes is { } memory && _figures[peer.Name].PeakMegabytes is { } theirs) report.AddLessIsBetter("ingest-memory", memory, "MB peak", Title(peer), theirs);
        foreach (var peer in Peers()) report.AddLessIsBetter("size", ours.BytesPerRow, "bytes/row", Title(peer), _figures[peer.Name].BytesPerRow);
    }

    public void ReportAnswers(Dictionary<(string Question, string Store), List<double>> times)
    {
        foreach (var name in times.Keys.Select(key => key.Question).Distinct())
        {
            foreach (var peer in Peers())
            {
                if (times.TryGetValue((name, Ours.Name), out var ours) && times.TryGetValue((name, peer.Name), out var theirs))
                    report.AddLessIsBetter(name, Percentile.Of(ours, 50), "ms", Title(peer), Percentile.Of(theirs, 50));
            }
            var shown = stores.Where(store => times.ContainsKey((name, store.Name))).Select(store =>
                string.Create(CultureInfo.InvariantCulture, $"{store.Name} {Percentile.Of(times[(name, store.Name)], 50):0.##} / {Percentile.Of(times[(name, store.Name)], 95):0.##}"));
            BenchReport.Note($"traces: warm {name}, ms median / p95: {string.Join(", ", shown)}");
        }
    }

    public void ReportMixed()
    {
        BenchReport.Note(string.Create(CultureInfo.InvariantCulture, $"traces: {Ours.Name}: mixed-load p95 {_mixed[Ours.Name]:0.#} ms"));
        foreach (var peer in Peers())
            if (_mixed[Ours.Name] is { } ours && _mixed[peer.Name] is { } theirs) report.AddLessIsBetter("mixed-load", ours, "ms p95", Title(peer), theirs);
    }

    private IEnumerable<ITraceStore> Peers() => stores.Skip(1);

    private string Title(ITraceStore peer) => peer.MostRows >= events ? peer.Name : string.Create(CultureInfo.InvariantCulture, $"{peer.Name} at {peer.MostRows / 1_000_000} M rows");
}
