using System.Collections.Concurrent;
using Akashi.Identity.Contracts;
using Akashi.Platform.Quotas;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Akashi.Traces.Search;

namespace Akashi.Traces.Tests.Search;

public sealed class SearchFairnessTests
{
    private const int Line = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Search_BehindAFullLineOfAnother_HasItsTurnAndTheOtherIsAskedToComeBack()
    {
        await using var pipeline = await TracePipeline.StartAsync();
        var search = pipeline.Service<TraceSearch>();
        var searches = pipeline.Service<TraceQueues>().Searches;
        var second = (await pipeline.Service<TenantDirectory>().ListAsync(CancellationToken.None)).Single(tenant => tenant.IsOperator).Id;
        var held = new List<FairPlace>();
        for (var i = 0; i < Environment.ProcessorCount * 2; i++)
            held.Add((await searches.EnterAsync(TenantId.New(TimeProvider.System), 1, CancellationToken.None)).TryGet(out var place, out var full) ? place : throw new InvalidOperationException(full.Code));
        var order = new ConcurrentQueue<TenantId>();
        var flood = Enumerable.Range(0, Line).Select(_ => CountAsync(search, pipeline.Tenant, order)).ToList();
        await TestWait.UntilAsync(() => Task.FromResult(searches.Waiting == Line), Patience, "the flood to wait");
        var refused = (await search.CountAsync(pipeline.Tenant, "*", null, null, CancellationToken.None)).Failure;
        Assert.Equal(("too-many-waiting", 429), (refused?.Code, refused?.Status));
        flood.Add(CountAsync(search, second, order));
        await TestWait.UntilAsync(() => Task.FromResult(searches.Waiting == Line + 1), Patience, "the other one to wait");
        held[0].Dispose(); // one place for all of them
        await Task.WhenAll(flood).WaitAsync(Patience);
        Assert.InRange(order.ToList().IndexOf(second), 0, 10); // the second turn; answers may pass each other on their way back
        foreach (var place in held) place.Dispose();
    }

    private static Task CountAsync(TraceSearch search, TenantId tenant, ConcurrentQueue<TenantId> order) => Task.Run(async () =>
    {
        Assert.Null((await search.CountAsync(tenant, "*", null, null, CancellationToken.None)).Failure);
        order.Enqueue(tenant);
    });
}
