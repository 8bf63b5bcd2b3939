using System.Diagnostics;
using System.Globalization;
using Akashi.Bench.Traces.Peers;
using Akashi.Bench.Traces.Rows;

namespace Akashi.Bench.Traces.Questions;

/// <summary>Eight searchers of rare values while traces go on arriving.</summary>
internal static class MixedLoad
{
    public const int RowsPerSecond = 20_000;
    public const int Seconds = 20;
    private const int Searchers = 8;
    private const double LeastOfRate = 0.9;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <returns>p95 in milliseconds; null when the store takes no part.</returns>
    public static async Task<double?> RunAsync(ITraceStore store, RowFiles rows, IReadOnlyList<Question> questions)
    {
        if (await store.PrepareTrafficAsync(rows, RowsPerSecond) is not { } traffic) return null;
        using var end = new CancellationTokenSource();
        var began = Stopwatch.GetTimestamp();
        var sending = traffic(end.Token);
        await Task.Delay(Settling);
        var times = await Task.WhenAll(Enumerable.Range(0, Searchers).Select(searcher => Task.Run(async () =>
        {
            var (mine, started) = (new List<double>(), Stopwatch.GetTimestamp());
            for (var i = searcher; Stopwatch.GetElapsedTime(started).TotalSeconds < Seconds - (2 * Settling.TotalSeconds); i++)
            {
                var asked = Stopwatch.GetTimestamp();
                await questions[i % questions.Count].Ask(store);
                mine.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            }
            return mine;
        })));
        await end.CancelAsync();
        var rate = await sending / Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (rate < LeastOfRate * RowsPerSecond) BenchReport.Note(string.Create(CultureInfo.InvariantCulture, $"traces: mixed-load: {store.Name} took only {rate:0} rows/s beside the searchers"));
        return Percentile.Of([.. times.SelectMany(mine => mine)], 95);
    }
}
