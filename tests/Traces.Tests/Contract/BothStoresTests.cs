using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Akashi.Agent.Protocol;
using Akashi.TestKit.ClickHouse;
using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Search;
using Akashi.Traces.Tests.Lines;
using Akashi.Traces.Tests.Query;
using Akashi.Traces.Tests.Store;

namespace Akashi.Traces.Tests.Contract;

/// <summary>Recorded activity in both stores: the same answers to the same questions, and those of a plain filter. All recordings with AKASHI_LONG=1, else some.</summary>
public sealed class BothStoresTests(ClickHouseFixture clickHouse) : IClassFixture<ClickHouseFixture>
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("AKASHI_LONG") == "1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_OverTheRecordings_AreTheSame()
    {
        Assert.SkipWhen(TestClickHouse.WhySkipped is not null, TestClickHouse.WhySkipped ?? "");
        var folder = CorpusTests.Folder();
        Assert.SkipWhen(folder is null, "There is no folder shared/data/traces beside the project: the real recordings cannot be read.");
        await using var segments = await TracePipeline.StartAsync();
        await using var cluster = await TracePipeline.StartAsync(clickHouse.Server.Options("both"));
        var traces = new List<NaiveTrace>();
        foreach (var path in Directory.EnumerateFiles(folder!, "*.zip", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Where((_, index) => Long || index % 12 == 5))
        {
            var name = BatchName.Parse(Path.GetFileName(path));
            var zip = await File.ReadAllBytesAsync(path, Cancellation);
            foreach (var pipeline in new[] { segments, cluster })
                Assert.True((await pipeline.ReceiveZipAsync(name, zip, source: TraceNames.SourceImport)).TryGet(out _, out var failure), failure?.English);
            var log = await CorpusTests.ReadAsync(path, name);
            var lines = new LineSplitter(log);
            while (lines.MoveNext()) traces.Add(new NaiveTrace(lines.Line.ToArray(), name.SendTime));
        }
        await segments.IndexAllAsync();
        await cluster.IndexAllAsync();

        var seed = ulong.TryParse(Environment.GetEnvironmentVariable("AKASHI_FUZZ_SEED"), CultureInfo.InvariantCulture, out var asked) ? asked : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        var started = Stopwatch.GetTimestamp();
        var seconds = Long ? 600 : 15;
        for (var round = 0UL; round == 0 || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds; round++)
        {
            var chance = new Seeded(unchecked(seed + round));
            var queries = new CorpusQueries(chance, traces);
            var query = new TraceQuery(queries.Predicate());
            try
            {
                var (one, other) = (await AnswersAsync(segments, query, new Seeded(round)), await AnswersAsync(cluster, query, new Seeded(round)));
                Assert.Equal(one, other);
                // A plain filter takes its time: not each round.
                if (round % 8 == 0) Assert.Equal($"{traces.AsParallel().Count(trace => trace.Matches(query.Predicate))}", other[0]);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}, round {round}: {QueryPrinter.Print(query.Predicate)} fails: {e.Message}", e);
            }
        }
    }

    /// <summary>Count, pages, histogram and groups as texts.</summary>
    private static async Task<List<string>> AnswersAsync(TracePipeline pipeline, TraceQuery query, Seeded chance)
    {
        using var view = await pipeline.Service<ITraceStore>().OpenAsync(pipeline.Tenant, query, Cancellation);
        var answers = new List<string> { $"{await view.CountAsync(Cancellation)}" };
        foreach (var order in Enum.GetValues<TraceOrder>())
        {
            TracePosition? after = null;
            for (var page = 0; page < 2; page++)
            {
                var found = await view.FirstAsync(order, 30, after, Cancellation);
                answers.AddRange(found.Traces.Select(trace => $"{trace.Position} {trace.Time:O} {trace.Flags} {trace.End} {trace.Received.UtcTicks} {Convert.ToHexString(trace.Line)}"));
                if ((after = found.Next) is null) break;
            }
        }
        var times = await view.TimesAsync(Cancellation) ?? throw new InvalidOperationException("There are no traces.");
        answers.Add($"{times}");
        var width = (times.Latest - times.Earliest) / 100 + 1;
        answers.Add(string.Join(' ', await view.HistogramAsync(times.Earliest, width, 101, Cancellation)));
        IReadOnlyList<string> by = [.. new[] { "evt", "subEvt", "psPath", "com", "psUser", "sn", "none", "dstPort" }.Where(_ => chance.Chance(30)).Take(3)];
        var groups = await view.GroupsAsync(by.Count == 0 ? ["evt"] : by, chance.Pick<string?>("sn", "size", null), 40, Cancellation);
        answers.Add($"{groups.Distinct} {groups.Total}");
        answers.AddRange(groups.Top.Select(group => $"{string.Join('|', group.Values.Select(value => value ?? "∅"))} {group.Count} {group.Sum}"));
        return answers;
    }
}
