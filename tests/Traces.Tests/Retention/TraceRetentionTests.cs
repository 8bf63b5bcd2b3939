using Akashi.Platform.Retention;
using Akashi.Traces.Index;
using Akashi.Traces.Store;

namespace Akashi.Traces.Tests.Retention;

/// <summary>What is past its period goes, is proven gone, and the rest stays provable.</summary>
public sealed class TraceRetentionTests : IAsyncLifetime
{
    private TracePipeline _pipeline = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _pipeline = await TracePipeline.StartAsync();

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    [Fact]
    public async Task Apply_After90Days_RemovesSegmentsAndVerifyStillAccountsForEachLine()
    {
        await ReceiveAsync(3);
        _pipeline.Clock.Advance(TimeSpan.FromDays(60));
        await ReceiveAsync(2);
        Assert.Equal(0, await ApplyAsync());
        _pipeline.Clock.Advance(TimeSpan.FromDays(32)); // the first are 92 days old
        Assert.Equal(6, await ApplyAsync());
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.True(sound, report);
        Assert.Equal(0, await ApplyAsync());

        var record = Assert.Single(await Book.DeletionsAsync(_pipeline.Tenant, null, 10, Cancellation));
        Assert.Equal(("trace-search", 6L), (record.Class, record.Items));
        Assert.True(record.Bytes > 0);
        Assert.Equal(["retention.delete"], await _pipeline.Database.QueryAsOwnerAsync<string>("SELECT action FROM platform.audit_entry WHERE action LIKE 'retention.%'"));

        _pipeline.Clock.Advance(TimeSpan.FromMinutes(5));
        var files = Directory.GetFiles(_pipeline.Options.SegmentsFolder, "*.seg", SearchOption.AllDirectories).Length;
        await _pipeline.Merger.RemoveRetiredAsync(_pipeline.Tenant, Cancellation);
        Assert.Equal(files - 1, Directory.GetFiles(_pipeline.Options.SegmentsFolder, "*.seg", SearchOption.AllDirectories).Length);
        Assert.True((await _pipeline.VerifyAsync()).Sound);
    }

    [Fact]
    public async Task Apply_SegmentWithLaterDays_LosesOnlyTheLinesThatArePast()
    {
        for (var day = 0; day < 3; day++, _pipeline.Clock.Advance(TimeSpan.FromDays(1))) await ReceiveAsync(1);
        _pipeline.Clock.Advance(TimeSpan.FromHours(1));
        await _pipeline.Merger.MergeAsync(_pipeline.Tenant, Cancellation);
        var merged = Assert.Single(await LiveAsync());
        Assert.Equal(6, merged.Rows);
        _pipeline.Clock.Advance(TimeSpan.FromDays(88)); // the first day is 91 days old
        Assert.Equal(2, await ApplyAsync());
        var rest = Assert.Single(await LiveAsync());
        Assert.Equal((4L, merged.Days.First.AddDays(1), merged.Days.Last), (rest.Rows, rest.Days.First, rest.Days.Last));
        Assert.Equal(0, await ApplyAsync());
        _pipeline.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, await ApplyAsync());
        _pipeline.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, await ApplyAsync());
        Assert.Empty(await LiveAsync());
        Assert.Equal([6L, 4, 2], (await _pipeline.Database.QueryAsOwnerAsync<long>("SELECT rows FROM traces.segment ORDER BY segment_id DESC LIMIT 3")).Reverse());
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.True(sound, report);
    }

    [Fact]
    public async Task Verify_LinesLostBesideRetention_AreStillFound()
    {
        await ReceiveAsync(2);
        _pipeline.Clock.Advance(TimeSpan.FromDays(92));
        await ApplyAsync();
        await _pipeline.Database.ExecuteAsOwnerAsync("DELETE FROM traces.expired_lines WHERE batch_id = (SELECT min(batch_id) FROM traces.expired_lines)");
        Assert.False((await _pipeline.VerifyAsync()).Sound);
    }

    [Fact]
    public async Task Apply_AfterAYear_RemovesObjectsAndLeavesStayProvable()
    {
        await ReceiveAsync(3);
        _pipeline.Clock.Advance(TimeSpan.FromDays(200));
        await ReceiveAsync(2);
        _pipeline.Clock.Advance(TimeSpan.FromDays(170)); // 370 and 170 days old
        await ApplyAsync();
        Assert.Equal(2, Objects());
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.True(sound, report);
        Assert.Contains("5 batches", report, StringComparison.Ordinal);
        Assert.Contains("3 batches past retention", report, StringComparison.Ordinal);
        Assert.Contains("0 uploads never acknowledged", report, StringComparison.Ordinal);
        Assert.Contains(await Book.DeletionsAsync(_pipeline.Tenant, null, 10, Cancellation), record => record is { Class: "trace-archive", Items: 3 });
        Assert.Empty(await _pipeline.Database.QueryAsOwnerAsync<int>("SELECT 1 FROM traces.expired_lines l JOIN traces.batch b USING (tenant_id, tmid, batch_id) WHERE b.leaf_index < 3"));

        // A leaf that was rewritten after its object went still breaks the signed heads.
        await _pipeline.Database.ExecuteAsOwnerAsync("UPDATE traces.batch SET leaf_hash = decode(repeat('00', 32), 'hex') WHERE leaf_index = 0");
        Assert.False((await _pipeline.VerifyAsync()).Sound);
    }

    [Fact]
    public async Task Verify_ObjectLostWithinItsPeriod_IsStillFound()
    {
        await ReceiveAsync(2);
        _pipeline.Clock.Advance(TimeSpan.FromDays(370));
        await ApplyAsync();
        await ReceiveAsync(1);
        File.Delete(Directory.EnumerateFiles(_pipeline.Options.ObjectsFolder, "*.akb", SearchOption.AllDirectories).Single());
        Assert.False((await _pipeline.VerifyAsync()).Sound);
    }

    [Fact]
    public async Task Apply_LengthenedByTheTenant_KeepsLonger()
    {
        await ReceiveAsync(1);
        var actor = Akashi.Platform.Audit.AuditActor.Service("test");
        Assert.NotNull((await Book.ChangeAsync(_pipeline.Tenant, actor, "trace-search", 89, Cancellation)).Failure);
        Assert.Null((await Book.ChangeAsync(_pipeline.Tenant, actor, "trace-search", 120, Cancellation)).Failure);
        _pipeline.Clock.Advance(TimeSpan.FromDays(110));
        Assert.Equal(0, await ApplyAsync());
        _pipeline.Clock.Advance(TimeSpan.FromDays(12));
        Assert.Equal(2, await ApplyAsync());
    }

    [Fact]
    public async Task Apply_ImportOfOldDays_CountsFromItsImport()
    {
        var name = _pipeline.NewName();
        await _pipeline.ReceiveAsync(name, "11/20/2019 13:20:00.000 +0900 evt=ps subEvt=start com=\"PC\" sn=1 cmd=\"old\"");
        await IndexAsync();
        // As an import would have filed it.
        await _pipeline.Database.ExecuteAsOwnerAsync("UPDATE traces.segment SET day = '2019-11-20', last_day = '2019-11-20'");
        Assert.Equal(0, await ApplyAsync());
        _pipeline.Clock.Advance(TimeSpan.FromDays(92));
        Assert.Equal(1, await ApplyAsync());
    }

    private RetentionBook Book => _pipeline.Service<RetentionBook>();

    private Task<long> ApplyAsync() => Book.ApplyAsync(_pipeline.Tenant, Cancellation);

    private Task<IReadOnlyList<SegmentInfo>> LiveAsync() => _pipeline.Service<SegmentCatalogue>().LiveAsync(_pipeline.Tenant, Cancellation);

    private int Objects() => Directory.EnumerateFiles(_pipeline.Options.ObjectsFolder, "*.akb", SearchOption.AllDirectories).Count();

    /// <summary>Batches of two lines of the server's now.</summary>
    private async Task ReceiveAsync(int batches)
    {
        var now = _pipeline.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(9));
        for (var number = 0; number < batches; number++)
        {
            var lines = Enumerable.Range(0, 2).Select(line => $"{now:MM/dd/yyyy HH:mm:ss.fff} +0900 evt=ps subEvt=start com=\"PC\" sn={line} cmd=\"{number}\"");
            Assert.Null((await _pipeline.ReceiveAsync(_pipeline.NewName(), [.. lines])).Failure);
        }
        await IndexAsync();
    }

    private async Task IndexAsync()
    {
        while (await _pipeline.Service<Indexer>().IndexAsync(_pipeline.Tenant, Cancellation))
        {
        }
    }
}
