using Akashi.Identity.Contracts;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Akashi.Traces.Index;
using Akashi.Traces.Rebuild;
using Akashi.Traces.Search;

namespace Akashi.Traces.Tests.Index;

public sealed class IndexerTests : IAsyncLifetime
{
    private TracePipeline _pipeline = null!;

    public async ValueTask InitializeAsync() => _pipeline = await TracePipeline.StartAsync();

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    [Fact]
    public async Task Index_PendingBatches_BecomeSearchableExactlyOnce()
    {
        for (var i = 0; i < 5; i++) await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(i, "needle"), TracePipeline.Line(i));
        await _pipeline.IndexAllAsync();
        await _pipeline.IndexAllAsync();
        Assert.Equal(10, await _pipeline.CountAsync("*"));
        Assert.Equal(5, await _pipeline.CountAsync("cmd:needle"));
        Assert.Empty(await _pipeline.Database.QueryAsOwnerAsync<long>("SELECT leaf_index FROM traces.pending_batch"));
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.True(sound, report);
    }

    [Fact]
    public async Task Index_ABacklog_IsLetGrowWhileOthersGoOn()
    {
        var other = (await _pipeline.Service<TenantDirectory>().ListAsync(CancellationToken.None)).Single(tenant => tenant.Id != _pipeline.Tenant).Id;
        var line = TracePipeline.Line(1, new string('x', 1 << 19));
        for (var i = 0; i < 8; i++) await _pipeline.ReceiveAsync(_pipeline.NewName(), [.. Enumerable.Repeat(line, 52)]); // 208 MiB
        var name = _pipeline.NewName();
        await _pipeline.ReceiveZipAsync(name, TracePipeline.Zip(name, TracePipeline.Log(TracePipeline.Line(2))), other);
        const int more = 20;
        var arriving = Task.Run(async () =>
        {
            while (_pipeline.Service<PendingBatches>().Backlog is null) await Task.Delay(1, TestContext.Current.CancellationToken);
            for (var i = 0; i < more; i++) await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(3));
        }, TestContext.Current.CancellationToken);
        await _pipeline.Indexer.IndexInTurnAsync([_pipeline.Tenant, other], CancellationToken.None);
        Assert.Equal(1, await _pipeline.CountAsync("*", other));
        Assert.Equal(0, await _pipeline.CountAsync("*"));
        await _pipeline.Indexer.IndexInTurnAsync([_pipeline.Tenant], CancellationToken.None); // nobody else works at it meanwhile
        Assert.Equal(_pipeline.Tenant, _pipeline.Service<PendingBatches>().Backlog);

        await arriving;
        await TestWait.UntilAsync(() =>
        {
            _pipeline.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(_pipeline.Service<PendingBatches>().Backlog is null);
        }, TimeSpan.FromSeconds(60), "the backlog to be worked off");
        Assert.InRange(await _pipeline.CountAsync("*"), 8 * 52 + 1, 8 * 52 + more);
        await _pipeline.IndexAllAsync();
        Assert.Equal(8 * 52 + more, await _pipeline.CountAsync("*"));
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.True(sound, report);
    }

    [Fact]
    public async Task Index_AfterACrashBetweenWritingAndPublishing_StartsAnewAndSweepsTheOrphan()
    {
        await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(1));
        var folder = _pipeline.Service<SegmentFolder>();
        var orphan = Path.Combine(folder.Of(_pipeline.Tenant), "2026-11-20_orphan.seg");
        await File.WriteAllTextAsync(orphan, "never published");
        await _pipeline.IndexAllAsync();
        folder.Sweep(_pipeline.Tenant, await _pipeline.Service<SegmentCatalogue>().FileNamesAsync(_pipeline.Tenant, CancellationToken.None));
        Assert.False(File.Exists(orphan));
        Assert.Equal(1, await _pipeline.CountAsync("*"));
    }

    [Fact]
    public async Task Publish_BatchesThatSomebodyElseIndexed_ChangesNothing()
    {
        await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(1));
        await _pipeline.IndexAllAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => _pipeline.Service<SegmentCatalogue>().PublishAsync(_pipeline.Tenant, [], [0], CancellationToken.None));
        Assert.Equal(1, await _pipeline.CountAsync("*"));
    }

    [Fact]
    public async Task Search_SegmentsChange_AnswersFromTheChangedOnes()
    {
        await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(1));
        await _pipeline.IndexAllAsync();
        Assert.Equal(1, await _pipeline.CountAsync("*"));
        await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(2));
        await _pipeline.IndexAllAsync();
        Assert.Equal(2, await _pipeline.CountAsync("*")); // at once, after each change of its own
        await _pipeline.Database.ExecuteAsOwnerAsync("UPDATE traces.segment SET retired_at = now()");
        await TestWait.UntilAsync(async () => await _pipeline.CountAsync("*") == 0, TimeSpan.FromSeconds(30), "a change by others to be seen");
    }

    [Fact]
    public async Task Index_ADamagedArchiveObject_IsLeftOutAndTheRestGoesOn()
    {
        await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(1));
        var damaged = Directory.EnumerateFiles(_pipeline.Options.ObjectsFolder, "*", SearchOption.AllDirectories).Single();
        await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(2));
        TracePipeline.Flip(damaged);
        Assert.False(await _pipeline.Indexer.IndexAsync(_pipeline.Tenant, CancellationToken.None));
        Assert.Equal(1, await _pipeline.CountAsync("*"));
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.False(sound, report);
    }

    [Fact]
    public async Task Index_ABatchThatCannotBeReadForNow_HoldsUpOneRoundAndIsTriedAgain()
    {
        await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(1));
        var stored = Directory.EnumerateFiles(_pipeline.Options.ObjectsFolder, "*", SearchOption.AllDirectories).Single();
        await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(2));
        File.Move(stored, stored + ".kept");
        Directory.CreateDirectory(stored); // to open it fails, and not because there is nothing
        await Assert.ThrowsAnyAsync<Exception>(() => _pipeline.Indexer.IndexAsync(_pipeline.Tenant, CancellationToken.None));
        await _pipeline.IndexAllAsync();
        Assert.Equal(1, await _pipeline.CountAsync("*"));
        Directory.Delete(stored);
        File.Move(stored + ".kept", stored);
        await _pipeline.IndexAllAsync();
        Assert.Equal(1, await _pipeline.CountAsync("*"));
        _pipeline.Clock.Advance(TimeSpan.FromMinutes(2));
        await _pipeline.IndexAllAsync();
        Assert.Equal(2, await _pipeline.CountAsync("*"));
    }

    [Fact]
    public async Task Abandoned_SegmentFiles_AreRemovedLaterUnlessTheyWerePublishedAfterAll()
    {
        await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(1));
        await _pipeline.IndexAllAsync();
        var published = Assert.Single(await _pipeline.Service<SegmentCatalogue>().LiveAsync(_pipeline.Tenant, CancellationToken.None));
        var folder = _pipeline.Service<SegmentFolder>();
        var lost = published with { FileName = "2026-11-20_lost.seg" };
        await File.WriteAllTextAsync(folder.PathOf(_pipeline.Tenant, lost.FileName), "its publication failed");
        folder.Abandon(_pipeline.Tenant, [published, lost], _pipeline.Clock.GetUtcNow());
        await _pipeline.Merger.RemoveRetiredAsync(_pipeline.Tenant, CancellationToken.None);
        Assert.True(File.Exists(folder.PathOf(_pipeline.Tenant, lost.FileName))); // the database may still be about it
        _pipeline.Clock.Advance(TimeSpan.FromMinutes(3));
        await _pipeline.Merger.RemoveRetiredAsync(_pipeline.Tenant, CancellationToken.None);
        Assert.False(File.Exists(folder.PathOf(_pipeline.Tenant, lost.FileName)));
        Assert.Equal(1, await _pipeline.CountAsync("*"));
    }

    [Fact]
    public async Task Index_PublicationFails_AbandonsWhatWasWritten()
    {
        await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(1));
        await _pipeline.Database.ExecuteAsOwnerAsync("ALTER TABLE traces.segment ADD CONSTRAINT full_disk CHECK (rows < 0)");
        var folder = _pipeline.Service<SegmentFolder>();
        for (var i = 0; i < 3; i++) await Assert.ThrowsAnyAsync<Exception>(() => _pipeline.Indexer.IndexAsync(_pipeline.Tenant, CancellationToken.None));
        Assert.Equal(3, Directory.GetFiles(folder.Of(_pipeline.Tenant), "*.seg").Length);
        await _pipeline.Database.ExecuteAsOwnerAsync("ALTER TABLE traces.segment DROP CONSTRAINT full_disk");
        _pipeline.Clock.Advance(TimeSpan.FromMinutes(3));
        await _pipeline.IndexAllAsync();
        await _pipeline.Merger.RemoveRetiredAsync(_pipeline.Tenant, CancellationToken.None);
        Assert.Single(Directory.GetFiles(folder.Of(_pipeline.Tenant), "*.seg"));
        Assert.Equal(1, await _pipeline.CountAsync("*"));
    }

    [Fact]
    public async Task Merge_ManySmallSegments_LeavesOneWithTheSameTraces()
    {
        for (var i = 0; i < 16; i++)
        {
            await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(i));
            await _pipeline.IndexAllAsync();
        }
        Assert.Equal(16, await _pipeline.Merger.MergeAsync(_pipeline.Tenant, CancellationToken.None));
        Assert.Equal(16, await _pipeline.CountAsync("*"));
        Assert.Equal([1L], await _pipeline.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM traces.segment WHERE retired_at IS NULL"));
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.True(sound, report);
    }

    [Fact]
    public async Task Merge_OneSegmentDamaged_LeavesItAloneAndMergesTheOthers()
    {
        for (var i = 0; i < 17; i++)
        {
            await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(i));
            await _pipeline.IndexAllAsync();
        }
        var damaged = (await _pipeline.Service<SegmentCatalogue>().LiveAsync(_pipeline.Tenant, CancellationToken.None))[5];
        TracePipeline.Flip(_pipeline.Service<SegmentFolder>().PathOf(_pipeline.Tenant, damaged.FileName));
        var merged = await _pipeline.Merger.MergeAsync(_pipeline.Tenant, CancellationToken.None) + await _pipeline.Merger.MergeAsync(_pipeline.Tenant, CancellationToken.None);
        Assert.Equal(16, merged);
        var live = await _pipeline.Service<SegmentCatalogue>().LiveAsync(_pipeline.Tenant, CancellationToken.None);
        Assert.Equal([1L, 16L], live.Select(segment => segment.Rows).Order());
        Assert.Contains(damaged.Id, live.Select(segment => segment.Id));
        await _pipeline.Service<RebuildQueue>().RequestAsync(_pipeline.Tenant, null, CancellationToken.None);
        await _pipeline.Service<DayRebuild>().RunNextAsync(_pipeline.Tenant, CancellationToken.None);
        Assert.Equal(17, await _pipeline.CountAsync("*"));
    }
}
