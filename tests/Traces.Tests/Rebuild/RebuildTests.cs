using Akashi.TestKit;
using Akashi.Traces.Index;
using Akashi.Traces.Rebuild;
using Akashi.Traces.Search;

namespace Akashi.Traces.Tests.Rebuild;

public sealed class RebuildTests : IAsyncLifetime
{
    private TracePipeline _pipeline = null!;

    public async ValueTask InitializeAsync() => _pipeline = await TracePipeline.StartAsync();

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    [Theory]
    [InlineData(true, "is gone")]
    [InlineData(false, "was changed")]
    public async Task Rebuild_ABatchCannotBeRead_SaysWhichAndTriesNoMore(bool gone, string reason)
    {
        var name = _pipeline.NewName();
        await _pipeline.ReceiveAsync(name, TracePipeline.Line(1));
        await _pipeline.IndexAllAsync();
        var stored = Directory.EnumerateFiles(_pipeline.Options.ObjectsFolder, "*", SearchOption.AllDirectories).Single();
        if (gone) File.Delete(stored);
        else TracePipeline.Flip(stored);
        await _pipeline.Service<RebuildQueue>().RequestAsync(_pipeline.Tenant, null, CancellationToken.None);
        await _pipeline.Service<DayRebuild>().RunNextAsync(_pipeline.Tenant, CancellationToken.None);
        var failure = Assert.Single(await _pipeline.Service<RebuildQueue>().ListAsync(_pipeline.Tenant, CancellationToken.None)).Failure;
        Assert.Contains($"'{name}' {reason}", failure, StringComparison.Ordinal);
        Assert.Equal(1, await _pipeline.CountAsync("*")); // from the segment, which stays
    }

    [Fact]
    public async Task Rebuild_ADamagedDay_GivesItsTracesBackAndLeavesOtherDaysAlone()
    {
        for (var i = 0; i < 3; i++)
        {
            await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(i, "needle"), TracePipeline.Line(i), "05/05/2020 10:00:00.000 +0900 evt=old");
            await _pipeline.IndexAllAsync();
        }
        var live = await _pipeline.Service<SegmentCatalogue>().LiveAsync(_pipeline.Tenant, CancellationToken.None);
        var damaged = live.First(segment => segment.Rows > 1);
        _pipeline.Service<SegmentReaders>().Forget(damaged.Id);
        TracePipeline.Flip(_pipeline.Service<SegmentFolder>().PathOf(_pipeline.Tenant, damaged.FileName));
        var failure = (await _pipeline.Service<TraceSearch>().CountAsync(_pipeline.Tenant, "*", null, null, CancellationToken.None)).Failure;
        Assert.Equal("trace-store-damaged", failure?.Code);
        Assert.Contains($"trace rebuild --day {damaged.Days.First}", failure!.English, StringComparison.Ordinal);
        await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(9)); // waits for indexing meanwhile
        var queue = _pipeline.Service<RebuildQueue>();
        Assert.Equal(1, await queue.RequestAsync(_pipeline.Tenant, damaged.Days.First, CancellationToken.None));
        await _pipeline.Service<DayRebuild>().RunNextAsync(_pipeline.Tenant, CancellationToken.None);
        Assert.Empty(await queue.ListAsync(_pipeline.Tenant, CancellationToken.None));
        Assert.Equal(9, await _pipeline.CountAsync("*"));
        Assert.Equal(3, await _pipeline.CountAsync("cmd:needle"));
        await _pipeline.IndexAllAsync();
        Assert.Equal(10, await _pipeline.CountAsync("*"));
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.True(sound, report);
    }

    [Fact]
    public async Task Rebuild_WhileTheDayGoesOn_SucceedsEachTimeAndLosesNothing()
    {
        await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(0));
        await _pipeline.IndexAllAsync();
        var day = Assert.Single(await _pipeline.Service<SegmentCatalogue>().LiveAsync(_pipeline.Tenant, CancellationToken.None)).Days.First;
        var arriving = Task.Run(async () =>
        {
            for (var i = 1; i < 40; i++)
            {
                await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(i));
                await _pipeline.IndexAllAsync();
            }
        }, TestContext.Current.CancellationToken);
        while (!arriving.IsCompleted) await _pipeline.Service<DayRebuild>().RunAsync(_pipeline.Tenant, day, CancellationToken.None);
        await arriving;
        Assert.Equal(40, await _pipeline.CountAsync("*"));
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.True(sound, report);
    }

    [Fact]
    public async Task Rebuild_ArchiveGivesOtherLines_ReplacesNothingAndSaysSo()
    {
        await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(1), TracePipeline.Line(2));
        await _pipeline.IndexAllAsync();
        await _pipeline.Database.ExecuteAsOwnerAsync("UPDATE traces.segment SET rows = rows + 1");
        await _pipeline.Service<RebuildQueue>().RequestAsync(_pipeline.Tenant, null, CancellationToken.None);
        await _pipeline.Service<DayRebuild>().RunNextAsync(_pipeline.Tenant, CancellationToken.None);
        var waiting = Assert.Single(await _pipeline.Service<RebuildQueue>().ListAsync(_pipeline.Tenant, CancellationToken.None));
        Assert.Contains("The archive has 2 lines", waiting.Failure, StringComparison.Ordinal);
        Assert.Equal(2, await _pipeline.CountAsync("*"));
        Assert.Single(Directory.EnumerateFiles(_pipeline.Service<SegmentFolder>().Of(_pipeline.Tenant), "*.seg"));
    }

    [Fact]
    public async Task Upgrade_SegmentsOfAnEarlierForm_AreIndexedAnewFromTheArchive()
    {
        for (var i = 0; i < 3; i++) await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(i, "needle"));
        await _pipeline.IndexAllAsync();
        var upgrade = _pipeline.Service<StoreUpgrade>();
        await upgrade.RunAsync(_pipeline.Tenant, CancellationToken.None);
        Assert.Empty(await _pipeline.Database.QueryAsOwnerAsync<long>("SELECT leaf_index FROM traces.pending_batch"));
        await _pipeline.Database.ExecuteAsOwnerAsync("UPDATE traces.segment SET format_version = 1");
        await upgrade.RunAsync(_pipeline.Tenant, CancellationToken.None);
        Assert.Equal(0, await _pipeline.CountAsync("*"));
        await _pipeline.IndexAllAsync();
        Assert.Equal(3, await _pipeline.CountAsync("cmd:needle"));
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.True(sound, report);
    }
}
