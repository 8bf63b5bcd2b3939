using System.Security.Cryptography;
using Akashi.Agent.Protocol;
using Akashi.TestKit;
using Akashi.TestKit.ClickHouse;
using Akashi.Traces.ClickHouse;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Search;
using Akashi.Traces.Tests.Contract;

namespace Akashi.Traces.Tests.ClickHouse;

/// <summary>A cluster of the tests' own. With AKASHI_LONG=1 only: five processes take their time.</summary>
public sealed class ClickHouseClusterFixture : IAsyncLifetime
{
    public static string? WhySkipped => Environment.GetEnvironmentVariable("AKASHI_LONG") == "1" ? TestClickHouseCluster.WhySkipped : "Set AKASHI_LONG=1: this test starts a cluster of ClickHouse.";

    public TestClickHouseCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (WhySkipped is null) Cluster = await TestClickHouseCluster.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Cluster is not null) await Cluster.DisposeAsync();
    }
}

/// <summary>The contract, of two shards with two replicas each.</summary>
public sealed class ClusterStoreTests(ClickHouseClusterFixture cluster) : TraceStoreContract, IClassFixture<ClickHouseClusterFixture>
{
    private static int _databases;

    private protected override Task<TracePipeline> StartAsync()
    {
        Assert.SkipWhen(ClickHouseClusterFixture.WhySkipped is not null, ClickHouseClusterFixture.WhySkipped ?? "");
        return TracePipeline.StartAsync(cluster.Cluster.Options($"contract_{Interlocked.Increment(ref _databases)}"));
    }
}

/// <summary>What must not break when a replica does.</summary>
public sealed class ClickHouseClusterTests(ClickHouseClusterFixture cluster) : IClassFixture<ClickHouseClusterFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replica_KilledDuringIngest_LeavesEachLineThereExactlyOnce()
    {
        Assert.SkipWhen(ClickHouseClusterFixture.WhySkipped is not null, ClickHouseClusterFixture.WhySkipped ?? "");
        await using var pipeline = await TracePipeline.StartAsync(cluster.Cluster.Options("killed"));
        var sent = new List<string>();
        var failed = 0;
        await SendAsync(5);
        for (var round = 0; round < 8; round++)
        {
            await SendAsync(6);
            var loading = LoadAsync();
            if (round is 1 or 4)
            {
                await Task.Delay(100 + RandomNumberGenerator.GetInt32(400), Cancellation); // in the midst of it
                await cluster.Cluster.Servers[round == 1 ? 0 : 3].KillAsync();
            }
            if (round is 3 or 6) await cluster.Cluster.Servers[round == 3 ? 0 : 3].StartAgainAsync();
            await loading;
        }
        await TestWait.UntilAsync(async () => (await LinesAsync()) is { } lines && lines.Order().SequenceEqual(sent.Order()), Patience, $"all {sent.Count} lines");
        var (sound, report) = await pipeline.VerifyAsync();
        Assert.True(sound, report);
        TestContext.Current.TestOutputHelper?.WriteLine($"{sent.Count} lines, {failed} loads were interrupted and done anew.");

        async Task SendAsync(int batches)
        {
            for (var batch = 0; batch < batches; batch++)
            {
                var name = new BatchName(Tmid.Parse($"00000000-0000-0000-0000-{sent.Count:D12}"), TimeProvider.System.GetUtcNow(), pipeline.NewName().Id);
                var lines = Enumerable.Range(0, 1500).Select(number => TracePipeline.Line(number, $"{name.Id} {number}")).ToArray();
                sent.AddRange(lines);
                Assert.Null((await pipeline.ReceiveAsync(name, lines)).Failure);
            }
        }

        async Task LoadAsync()
        {
            var started = TimeProvider.System.GetTimestamp();
            while (true)
            {
                try
                {
                    await pipeline.IndexAllAsync();
                    return;
                }
                catch (TraceStoreException) when (TimeProvider.System.GetElapsedTime(started) < Patience)
                {
                    failed++;
                    await Task.Delay(500, Cancellation);
                }
            }
        }

        // A replica that has not caught up refuses, and is never short.
        async Task<List<string>?> LinesAsync()
        {
            try
            {
                using var view = await pipeline.Service<ITraceStore>().OpenAsync(pipeline.Tenant, new TraceQuery(new AllTraces()), Cancellation);
                var lines = new List<string>();
                await foreach (var traces in view.ReadAsync(Cancellation)) lines.AddRange(traces.Select(trace => System.Text.Encoding.UTF8.GetString(trace.Line)));
                return lines;
            }
            catch (TraceStoreException)
            {
                return null;
            }
        }
    }

    [Fact]
    public async Task Rest_OfALoadThatDied_IsRemovedOnEveryReplica()
    {
        Assert.SkipWhen(ClickHouseClusterFixture.WhySkipped is not null, ClickHouseClusterFixture.WhySkipped ?? "");
        await using var pipeline = await TracePipeline.StartAsync(cluster.Cluster.Options("rest"));
        await pipeline.ReceiveAsync(pipeline.NewName(), TracePipeline.Line(1), TracePipeline.Line(2));
        await pipeline.Service<ClickHouseSchema>().EnsureAsync(Cancellation);
        var pending = pipeline.Service<Akashi.Traces.Index.PendingBatches>();
        using var logs = await pending.ReadAsync(pipeline.Tenant, (await pending.NextAsync(pipeline.Tenant, long.MaxValue, Cancellation)).Batches, Cancellation);
        await pipeline.Service<LoadWriter>().WriteAsync(pipeline.Tenant, logs.All, null, Cancellation);
        await pipeline.IndexAllAsync();
        pipeline.Clock.Advance(ClickHouseCleaner.Grace * 2);
        await TestWait.UntilAsync(async () =>
        {
            await pipeline.Service<ClickHouseCleaner>().RunAsync(pipeline.Tenant, Cancellation);
            var rows = await Task.WhenAll(cluster.Cluster.Servers.Select(server => server.QueryAsync("SELECT count() FROM rest.traces_local")));
            return rows.Order().SequenceEqual(["0", "0", "2", "2"]); // one shard has the terminal
        }, Patience, "the rest to be removed");
    }
}
