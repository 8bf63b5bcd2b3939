using Akashi.Traces.Tests.Index;

namespace Akashi.Traces.Tests.Verify;

/// <summary>Each way in which evidence can be changed is found and named.</summary>
public sealed class ArchiveVerificationTests : IAsyncLifetime
{
    private TracePipeline _pipeline = null!;

    public async ValueTask InitializeAsync()
    {
        _pipeline = await TracePipeline.StartAsync();
        for (var i = 0; i < 3; i++) await _pipeline.ReceiveAsync(_pipeline.NewName(), TracePipeline.Line(i), TracePipeline.Line(i + 10));
        while (await _pipeline.Indexer.IndexAsync(_pipeline.Tenant, CancellationToken.None))
        {
        }
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.True(sound, report);
    }

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    [Fact]
    public async Task Verify_AChangedObject_IsFound()
    {
        TracePipeline.Flip(Files(_pipeline.Options.ObjectsFolder)[0]);
        await AssertFoundAsync("cannot be read");
    }

    [Fact]
    public async Task Verify_AMissingObject_IsFound()
    {
        File.Delete(Files(_pipeline.Options.ObjectsFolder)[0]);
        await AssertFoundAsync("cannot be read");
    }

    [Fact]
    public async Task Verify_ObjectsThatChangedPlaces_AreFound()
    {
        await _pipeline.Database.ExecuteAsOwnerAsync("UPDATE traces.batch SET object_key = (SELECT object_key FROM traces.batch WHERE leaf_index = 1) WHERE leaf_index = 0");
        await AssertFoundAsync("not the one whose leaf");
    }

    [Fact]
    public async Task Verify_ARemovedManifest_IsFound()
    {
        await _pipeline.Database.ExecuteAsOwnerAsync("DELETE FROM traces.batch WHERE leaf_index = 1");
        await AssertFoundAsync("missing");
    }

    [Fact]
    public async Task Verify_ARewrittenLeaf_BreaksTheSignedHeads()
    {
        await _pipeline.Database.ExecuteAsOwnerAsync("UPDATE traces.batch SET leaf_hash = decode(repeat('00', 32), 'hex') WHERE leaf_index = 0");
        await AssertFoundAsync("does not fit the batches");
    }

    [Fact]
    public async Task Verify_AForgedHead_HasAWrongSignature()
    {
        await _pipeline.Database.ExecuteAsOwnerAsync("UPDATE traces.signed_head SET signed_at = signed_at + interval '1 day' WHERE size = 1");
        await AssertFoundAsync("wrong signature");
    }

    [Fact]
    public async Task Verify_AChangedSegment_IsFound()
    {
        TracePipeline.Flip(Files(_pipeline.Options.SegmentsFolder)[0]);
        await AssertFoundAsync("segment");
    }

    [Fact]
    public async Task Verify_ASegmentThatWasDropped_IsFoundByItsLines()
    {
        await _pipeline.Database.ExecuteAsOwnerAsync("DELETE FROM traces.segment");
        await AssertFoundAsync("0 searchable");
    }

    private async Task AssertFoundAsync(string finding)
    {
        var (sound, report) = await _pipeline.VerifyAsync();
        Assert.False(sound);
        Assert.Contains(finding, report, StringComparison.Ordinal);
    }

    private static List<string> Files(string folder) => [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
