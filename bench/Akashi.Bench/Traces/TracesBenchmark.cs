using System.Diagnostics;
using System.Globalization;
using Akashi.Bench.Traces.Peers;
using Akashi.Bench.Traces.Questions;
using Akashi.Bench.Traces.Rows;

namespace Akashi.Bench.Traces;

/// <summary>The trace store beside ClickHouse and PostgreSQL: the same rows into each, then the same questions to each.</summary>
internal static class TracesBenchmark
{
    public const int DefaultEvents = 10_000_000;
    private const int Terminals = 200;
    private const int LateTerminals = 20;
    private const ulong Seed = 20261121;

    /// <param name="alone">Without peers: minutes instead of hours for many rows, and nothing to compare answers with.</param>
    public static async Task RunAsync(BenchReport report, int events, bool alone)
    {
        if (Corpus.Find() is not { } recorded)
        {
            BenchReport.Note("Left out: the trace corpus (../shared/data/traces) is not beside the project.");
            return;
        }
        if (!alone) await Packages.InstallAsync();
        var corpus = TraceCorpus.Read(Corpus.Logs(recorded));
        var today = TimeProvider.System.GetUtcNow().ToOffset(TimeSpan.FromHours(9));
        var firstDay = new DateTimeOffset(today.Date, today.Offset).AddDays(-TraceFactory.Days);
        var factory = new TraceFactory(corpus, events, Terminals, firstDay, Seed);
        BenchReport.Note($"traces: {events} rows of {Terminals} terminals from {corpus.Count} recorded lines without repeats, {TraceFactory.Days} days from {firstDay:yyyy-MM-dd}, seed {Seed}, {Environment.ProcessorCount} cores");

        var folder = Directory.CreateTempSubdirectory("akashi-traces-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        var small = new ClickHouseStore(ClickHouseForm.Small, Path.Combine(folder, "clickhouse-small"));
        List<ITraceStore> stores = [new AkashiStore()];
        if (!alone) stores.AddRange([new ClickHouseStore(ClickHouseForm.Quick, Path.Combine(folder, "clickhouse-quick")), small, new PostgresStore(Path.Combine(folder, "postgresql"))]);
        try
        {
            var sample = new LineSample(events, Seed);
            var table = new TraceTable(report, stores, events);
            var rows = new RowFiles(factory, folder, sample);
            await Task.WhenAll(alone ? Task.CompletedTask : CopyCheck.RunAsync(corpus, factory, events), rows.ZipAsync());
            foreach (var store in stores) table.Add(store, await FillAsync(store, rows, events));
            table.ReportFilling();
            var questions = await new NeedleDraw(sample, stores[0], alone ? null : small, firstDay, Seed).DrawAsync();
            var questioning = new Questioning(stores, questions, events);
            table.ReportAnswers(await questioning.AskAsync());
            await questioning.AskColdAsync();
            foreach (var store in stores) await MixAsync(store);
            table.ReportMixed();
            if (questioning.Faults is { Count: > 0 } faults) throw new InvalidOperationException($"{faults.Count} faults, the first: {faults[0]}");

            async Task MixAsync(ITraceStore store)
            {
                var late = new TraceFactory(corpus, MixedLoad.RowsPerSecond * MixedLoad.Seconds, LateTerminals, firstDay, Seed + 1);
                var lateFolder = Directory.CreateDirectory(Path.Combine(folder, "late-" + stores.IndexOf(store))).FullName;
                table.AddMixed(store, await MixedLoad.RunAsync(store, new RowFiles(late, lateFolder, null), [.. questions.Where(question => question.Name == "rare-value")]));
            }
        }
        finally
        {
            foreach (var store in stores) await store.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<StoreFigures> FillAsync(ITraceStore store, RowFiles rows, int events)
    {
        await store.StartAsync();
        var before = store.CpuSeconds;
        var filling = await store.InsertAsync(rows);
        var count = Math.Min(events, store.MostRows);
        var figures = new StoreFigures(count / filling.Found, count / filling.Rested, (store.CpuSeconds - before) / count * 1e6, store.PeakMemory, 0);
        figures = figures with { BytesPerRow = (double)await store.SizeAsync() / count };
        BenchReport.Note(string.Create(CultureInfo.InvariantCulture, $"traces: {store.Name} has {count} rows after {filling.Found:0.0} s and rests after {filling.Rested:0.0} s, {figures.BytesPerRow:0.0} bytes each"));
        return figures;
    }
}
