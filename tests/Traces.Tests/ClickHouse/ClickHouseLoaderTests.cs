using System.Security.Cryptography;
using Akashi.Identity.Contracts;
using Akashi.Platform.Health;
using Akashi.Platform.Hosting;
using Akashi.Platform.Retention;
using Akashi.TestKit.ClickHouse;
using Akashi.Traces.ClickHouse;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Index;
using Akashi.Traces.Rebuild;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Search;
using Akashi.Traces.Tests.Contract;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Akashi.Traces.Tests.ClickHouse;

/// <summary>Each line counts exactly once, whoever dies when; nothing is answered short; what goes is gone.</summary>
public sealed class ClickHouseLoaderTests(ClickHouseFixture clickHouse) : IClassFixture<ClickHouseFixture>, IAsyncLifetime
{
    private readonly string _database = $"test_{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
    private TracePipeline _pipeline = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ClickHouseLoader Loader => _pipeline.Service<ClickHouseLoader>();

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(TestClickHouse.WhySkipped is not null, TestClickHouse.WhySkipped ?? "");
        _pipeline = await TracePipeline.StartAsync(clickHouse.Server.Options(_database));
    }

    public async ValueTask DisposeAsync()
    {
        if (_pipeline is not null) await _pipeline.DisposeAsync();
    }

    [Fact]
    public async Task Load_OfANodeThatDiedBeforePublishing_CountsOnceAndItsRestIsRemoved()
    {
        await ReceiveAsync(3);
        await _pipeline.Service<ClickHouseSchema>().EnsureAsync(Cancellation);
        // As far as a node came that was killed: rows are written, and nothing says so.
        var pending = _pipeline.Service<PendingBatches>();
        using var logs = await pending.ReadAsync(_pipeline.Tenant, (await pending.NextAsync(_pipeline.Tenant, long.MaxValue, Cancellation)).Batches, Cancellation);
        await _pipeline.Service<LoadWriter>().WriteAsync(_pipeline.Tenant, logs.All, null, Cancellation);
        Assert.Equal("6", await RowsAsync());
        Assert.Equal(0, await CountAsync());
        await _pipeline.IndexAllAsync();
        Assert.Equal(6, await CountAsync());
        Assert.Equal("12", await RowsAsync());
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.True(sound, report);

        await CleanAsync(until: "6");
        Assert.Equal(6, await CountAsync());
        Assert.Equal([0L], await _pipeline.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM traces.cluster_gone"));
    }

    [Fact]
    public async Task Load_TakenByAnotherNodeMeanwhile_IsNotPublished()
    {
        await ReceiveAsync(2);
        await _pipeline.Database.ExecuteAsOwnerAsync("CREATE FUNCTION traces.race() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM traces.pending_batch; RETURN NULL; END $$; CREATE TRIGGER race AFTER INSERT ON traces.cluster_gone FOR EACH ROW EXECUTE FUNCTION traces.race()");
        await Assert.ThrowsAsync<InvalidOperationException>(() => Loader.LoadAsync(_pipeline.Tenant, Cancellation));
        Assert.Equal(0, await CountAsync());
        Assert.Equal("4", await RowsAsync());
    }

    [Fact]
    public async Task Load_AfterTheCatalogueWasRestored_DoesNotMeetRowsOfTheLostTime()
    {
        await ReceiveAsync(2);
        await _pipeline.IndexAllAsync();
        await ReceiveAsync(1);
        await _pipeline.IndexAllAsync();
        // As a backup has it that was made before all of this, once the archive's objects are taken up again.
        await _pipeline.Database.ExecuteAsOwnerAsync("UPDATE traces.cluster_head SET last_load = 0; DELETE FROM traces.cluster_day; INSERT INTO traces.pending_batch SELECT tenant_id, leaf_index FROM traces.batch");
        Assert.Equal(0, await CountAsync());
        using var restarted = Microsoft.Extensions.DependencyInjection.ActivatorUtilities.CreateInstance<ClickHouseLoader>(_pipeline.Service<IServiceProvider>());
        while (await restarted.LoadAsync(_pipeline.Tenant, Cancellation))
        {
        }
        Assert.Equal(6, await CountAsync());
        Assert.Equal("12", await RowsAsync());
        await CleanAsync(until: "6");
        Assert.Equal(6, await CountAsync());
    }

    [Fact]
    public async Task Load_OfALogOfLineFeeds_IsWrittenInPiecesAndCountsWhole()
    {
        var name = _pipeline.NewName();
        var log = new byte[500_000];
        Array.Fill(log, (byte)'\n');
        "last"u8.CopyTo(log.AsSpan(log.Length - 4));
        Assert.True((await _pipeline.ReceiveZipAsync(name, TracePipeline.Zip(name, log))).TryGet(out _, out var failure), failure?.English);
        await _pipeline.IndexAllAsync();
        Assert.Equal(499_997, await CountAsync());
        Assert.Equal("499996", await clickHouse.Server.QueryAsync($"SELECT max(number) FROM {_database}.traces"));
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.True(sound, report);
    }

    /// <summary>As large as an expression may be.</summary>
    [Theory]
    [InlineData("cmd:/[^y]{998}/", 1)]
    [InlineData("cmd:/(?:x?y*){20}x{900}/i", 1)]
    [InlineData("cmd:/(?:x|\\w){248}/", 1)]
    [InlineData("cmd:/^\\p{L}{996}/", 1)]
    [InlineData("cmd:/z{998}/", 0)]
    public async Task Count_OfTheLargestExpressions_IsAnswered(string query, long expected)
    {
        Assert.Null((await _pipeline.ReceiveAsync(_pipeline.NewName(), Line(0), $"{Line(1)} cmd=no".Replace("cmd=\"x\" cmd=no", $"cmd={new string('x', 1200)}", StringComparison.Ordinal))).Failure);
        await _pipeline.IndexAllAsync();
        Assert.True((await _pipeline.Service<TraceSearch>().CountAsync(_pipeline.Tenant, query, null, null, Cancellation)).TryGet(out var count, out var failure), $"{failure?.English} {failure?.Cause}");
        Assert.Equal(expected, count);
    }

    [Fact]
    public async Task View_WhileMoreIsLoaded_KeepsItsPicture()
    {
        await ReceiveAsync(2);
        await _pipeline.IndexAllAsync();
        using var view = await OpenAsync();
        await ReceiveAsync(3);
        await _pipeline.IndexAllAsync();
        Assert.Equal(4, await view.CountAsync(Cancellation));
        Assert.Equal(4, (await view.FirstAsync(TraceOrder.Newest, 100, null, Cancellation)).Traces.Count);
        Assert.Equal(10, await CountAsync());
    }

    [Fact]
    public async Task Search_WhenRowsWereLost_IsRefusedUntilTheDayIsRebuilt()
    {
        await ReceiveAsync(3);
        await _pipeline.IndexAllAsync();
        var partition = await clickHouse.Server.QueryAsync($"SELECT DISTINCT partition FROM system.parts WHERE active AND database = '{_database}' AND table = 'traces'");
        await clickHouse.Server.QueryAsync($"ALTER TABLE {_database}.traces DROP PARTITION {partition}");
        var failure = (await _pipeline.Service<TraceSearch>().CountAsync(_pipeline.Tenant, "*", null, null, Cancellation)).Failure;
        Assert.Equal(("trace-store-incomplete", 503), (failure?.Code, failure?.Status));
        Assert.Contains("0 of 6", failure?.English, StringComparison.Ordinal);

        Assert.Equal(1, await _pipeline.Service<RebuildQueue>().RequestAsync(_pipeline.Tenant, null, Cancellation));
        await _pipeline.Service<ClickHouseRebuild>().RunNextAsync(_pipeline.Tenant, Cancellation);
        Assert.Empty(await _pipeline.Service<RebuildQueue>().ListAsync(_pipeline.Tenant, Cancellation));
        Assert.Equal(6, await CountAsync());
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.True(sound, report);
    }

    [Fact]
    public async Task Rebuild_OfADayThatIsWell_ReplacesItsRowsOnce()
    {
        await ReceiveAsync(3);
        await _pipeline.IndexAllAsync();
        await _pipeline.Service<RebuildQueue>().RequestAsync(_pipeline.Tenant, null, Cancellation);
        await _pipeline.Service<ClickHouseRebuild>().RunNextAsync(_pipeline.Tenant, Cancellation);
        Assert.Equal(6, await CountAsync());
        Assert.Equal("12", await RowsAsync());
        _pipeline.Clock.Advance(TimeSpan.FromDays(3)); // the partition is in use: after two days its rows are taken out alone
        await CleanAsync(until: "6");
        Assert.Equal(6, await CountAsync());
    }

    [Fact]
    public async Task Retention_After90Days_TakesRowsAwayAndDropsThePartitionOnceNoTenantNeedsIt()
    {
        var other = (await _pipeline.Service<TenantDirectory>().ListAsync(Cancellation)).Single(tenant => tenant.IsOperator).Id;
        await ReceiveAsync(2);
        var name = _pipeline.NewName();
        await _pipeline.ReceiveZipAsync(name, TracePipeline.Zip(name, TracePipeline.Log(Line(0))), other);
        await _pipeline.IndexAllAsync();
        await _pipeline.IndexAllAsync(other);
        _pipeline.Clock.Advance(TimeSpan.FromDays(50));
        await ReceiveAsync(1);
        await _pipeline.IndexAllAsync();
        var book = _pipeline.Service<RetentionBook>();
        Assert.Equal(0, await book.ApplyAsync(_pipeline.Tenant, Cancellation));
        _pipeline.Clock.Advance(TimeSpan.FromDays(42));
        Assert.Equal(4, await book.ApplyAsync(_pipeline.Tenant, Cancellation));
        Assert.Equal(0, await book.ApplyAsync(_pipeline.Tenant, Cancellation));
        Assert.Equal(2, await CountAsync());
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.True(sound, report);
        Assert.Equal("trace-search", Assert.Single(await book.DeletionsAsync(_pipeline.Tenant, null, 10, Cancellation)).Class);

        _pipeline.Clock.Advance(ClickHouseCleaner.Grace * 2);
        await _pipeline.Service<ClickHouseCleaner>().RunAsync(_pipeline.Tenant, Cancellation);
        Assert.Equal("7", await RowsAsync()); // the other tenant still has the day
        Assert.Equal(1, await book.ApplyAsync(other, Cancellation));
        _pipeline.Clock.Advance(ClickHouseCleaner.Grace * 2);
        await _pipeline.Service<ClickHouseCleaner>().RunAsync(other, Cancellation);
        Assert.Equal("2", await RowsAsync());
        await CleanAsync(until: "2");
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task Erasure_OfATenant_LeavesNoRowOfItAndAllOfOthers()
    {
        var other = (await _pipeline.Service<TenantDirectory>().ListAsync(Cancellation)).Single(tenant => tenant.IsOperator).Id;
        await ReceiveAsync(2);
        var name = _pipeline.NewName();
        await _pipeline.ReceiveZipAsync(name, TracePipeline.Zip(name, TracePipeline.Log(Line(0))), other);
        await _pipeline.IndexAllAsync();
        await _pipeline.IndexAllAsync(other);
        await _pipeline.Service<ClickHouseTenants>().DeleteAllAsync(_pipeline.Tenant, Cancellation);
        Assert.Equal("1", await RowsAsync());
        await _pipeline.Service<ClickHouseTenants>().DeleteAllAsync(_pipeline.Tenant, Cancellation);
    }

    [Fact]
    public async Task Server_AwayAndBack_RefusesMeanwhileAndCatchesUp()
    {
        await using var server = new TestClickHouse();
        await server.StartAsync();
        await using var pipeline = await TracePipeline.StartAsync(server.Options(_database) with { Urls = ["http://127.0.0.1:1", server.Url] });
        await pipeline.ReceiveAsync(pipeline.NewName(), Line(0));
        await pipeline.IndexAllAsync();
        var search = pipeline.Service<TraceSearch>();
        Assert.Equal(HealthState.Warning, (await HealthAsync(pipeline)).State); // one of two addresses answers
        await server.KillAsync();
        Assert.Null((await pipeline.ReceiveAsync(pipeline.NewName(), Line(1), Line(2))).Failure);
        var failure = (await search.CountAsync(pipeline.Tenant, "*", null, null, Cancellation)).Failure;
        Assert.Equal(("trace-store-away", 503), (failure?.Code, failure?.Status));
        Assert.DoesNotContain("kept-secret", $"{failure?.Cause}", StringComparison.Ordinal);
        Assert.Equal("trace-store-away", (await search.ExportAsync(pipeline.Tenant, "*", null, null, _ => throw new InvalidOperationException("begun"), Cancellation)).Failure?.Code);
        Assert.Equal("trace-store-away", (await Assert.ThrowsAsync<TraceStoreException>(() => pipeline.IndexAllAsync())).Failure.Code);
        Assert.Equal(HealthState.Failing, (await HealthAsync(pipeline)).State);
        await server.StartAgainAsync();
        await pipeline.IndexAllAsync();
        Assert.True((await search.CountAsync(pipeline.Tenant, "*", null, null, Cancellation)).TryGet(out var count, out failure), failure?.English);
        Assert.Equal(3, count);
    }

    [Fact]
    public async Task Server_TooOld_IsNamedAndNothingIsWritten()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var old = builder.Build();
        old.Urls.Add("http://127.0.0.1:0");
        old.MapPost("/", () => Results.Text("1.1.54390\n"));
        await old.StartAsync(Cancellation);
        await using var pipeline = await TracePipeline.StartAsync(new ClickHouseOptions { Urls = [old.Urls.First()] });
        Assert.Null((await pipeline.ReceiveAsync(pipeline.NewName(), Line(0))).Failure);
        Assert.Equal("trace-store-too-old", (await Assert.ThrowsAsync<TraceStoreException>(() => pipeline.IndexAllAsync())).Failure.Code);
        var failure = (await pipeline.Service<TraceSearch>().CountAsync(pipeline.Tenant, "*", null, null, Cancellation)).Failure;
        Assert.Equal("trace-store-too-old", failure?.Code);
        Assert.Contains("1.1.54390", failure?.Japanese, StringComparison.Ordinal);
        Assert.Equal(HealthState.Failing, (await HealthAsync(pipeline)).State);
        Assert.Equal([1L], await pipeline.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM traces.pending_batch"));
    }

    private static Task<HealthResult> HealthAsync(TracePipeline pipeline) => new ClickHouseHealth(pipeline.Service<ClickHouseServer>()).RunAsync(Cancellation);

    private Task<TraceView> OpenAsync() => _pipeline.Service<ITraceStore>().OpenAsync(_pipeline.Tenant, new TraceQuery(new AllTraces()), Cancellation);

    private async Task<long> CountAsync()
    {
        using var view = await OpenAsync();
        return await view.CountAsync(Cancellation);
    }

    /// <summary>Rows in ClickHouse, whether they count or not.</summary>
    private Task<string> RowsAsync() => clickHouse.Server.QueryAsync($"SELECT count() FROM {_database}.traces");

    private async Task CleanAsync(string until)
    {
        _pipeline.Clock.Advance(ClickHouseCleaner.Grace * 2);
        await TestKit.TestWait.UntilAsync(async () =>
        {
            foreach (var tenant in await _pipeline.Service<TenantDirectory>().ListAsync(Cancellation)) await _pipeline.Service<ClickHouseCleaner>().RunAsync(tenant.Id, Cancellation);
            return await RowsAsync() == until && (await _pipeline.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM traces.cluster_gone"))[0] == 0;
        }, TimeSpan.FromSeconds(60), "the rest to be removed");
    }

    /// <summary>Batches of two lines of the server's now.</summary>
    private async Task ReceiveAsync(int batches)
    {
        for (var number = 0; number < batches; number++) Assert.Null((await _pipeline.ReceiveAsync(_pipeline.NewName(), Line(number), Line(number + 1))).Failure);
    }

    private string Line(int number) => $"{_pipeline.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(9)):MM/dd/yyyy HH:mm:ss.fff} +0900 evt=ps subEvt=start sn={number} cmd=\"x\"";
}
