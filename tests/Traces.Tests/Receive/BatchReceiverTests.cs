using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Receive;

namespace Akashi.Traces.Tests.Receive;

public sealed class BatchReceiverTests
{
    [Fact]
    public async Task Receive_SoundBatch_IsStoredOnceAndTheSameAgainSaysSo()
    {
        await using var pipeline = await TracePipeline.StartAsync();
        var name = pipeline.NewName();
        var zip = TracePipeline.Zip(name, TracePipeline.Log(TracePipeline.Line(1), TracePipeline.Line(2)));
        Assert.Equal(new BatchReceipt(2, Stored: true), Value(await pipeline.ReceiveZipAsync(name, zip)));
        Assert.Equal(new BatchReceipt(2, Stored: false), Value(await pipeline.ReceiveZipAsync(name, zip)));
        Assert.Single(Directory.EnumerateFiles(pipeline.Options.ObjectsFolder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Receive_SameIdOtherBytes_IsRefusedAndTheFirstStays()
    {
        await using var pipeline = await TracePipeline.StartAsync();
        var name = pipeline.NewName();
        Value(await pipeline.ReceiveAsync(name, TracePipeline.Line(1)));
        Assert.Equal("batch-differs", (await pipeline.ReceiveAsync(name, TracePipeline.Line(2))).Failure?.Code);
        Assert.True((await pipeline.VerifyAsync()).Sound);
    }

    [Fact]
    public async Task Receive_SameBatchManyTimesAtOnce_IsStoredOnce()
    {
        await using var pipeline = await TracePipeline.StartAsync();
        var name = pipeline.NewName();
        var zip = TracePipeline.Zip(name, TracePipeline.Log(TracePipeline.Line(1)));
        var receipts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => pipeline.ReceiveZipAsync(name, zip))));
        Assert.Equal(1, receipts.Count(receipt => Value(receipt).Stored));
        Assert.Single(Directory.EnumerateFiles(pipeline.Options.ObjectsFolder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Receive_ManyBatchesAtOnce_LogIsGapless()
    {
        await using var pipeline = await TracePipeline.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(async () => Value(await pipeline.ReceiveAsync(pipeline.NewName(), TracePipeline.Line(i))))));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), await pipeline.Database.QueryAsOwnerAsync<long>("SELECT leaf_index FROM traces.batch ORDER BY leaf_index"));
        var heads = await pipeline.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM traces.signed_head");
        Assert.InRange(heads[0], 1, 100);
        var (sound, report) = await pipeline.VerifyAsync();
        Assert.True(sound, report);
    }

    [Fact]
    public async Task Receive_BodyShorterThanPromised_StoresNothing()
    {
        await using var pipeline = await TracePipeline.StartAsync();
        var name = pipeline.NewName();
        var zip = TracePipeline.Zip(name, TracePipeline.Log(TracePipeline.Line(1)));
        Assert.Equal("zip-truncated", (await pipeline.ReceiveZipAsync(name, zip[..^5])).Failure?.Code);
        Assert.False(Directory.Exists(pipeline.Options.ObjectsFolder) && Directory.EnumerateFiles(pipeline.Options.ObjectsFolder, "*", SearchOption.AllDirectories).Any());
    }

    [Theory]
    [InlineData(768L << 20, false)]
    [InlineData(1, true)]
    public void TryTake_WhileABigShareIsOut_BoundsTheSum(long second, bool granted)
    {
        var budget = new ReceiveBudget();
        TenantId one = TenantId.New(TimeProvider.System), another = TenantId.New(TimeProvider.System);
        using var first = budget.TryTake(one, 70 << 20);
        Assert.NotNull(first);
        using var more = budget.TryTake(another, second);
        Assert.Equal(granted, more is not null);
        first.Dispose();
        using var after = budget.TryTake(another, second);
        Assert.Equal(granted, after is not null);
    }

    private static BatchReceipt Value(Outcome<BatchReceipt> outcome) => outcome.TryGet(out var receipt, out var failure) ? receipt : throw new InvalidOperationException(failure.ToString());
}
