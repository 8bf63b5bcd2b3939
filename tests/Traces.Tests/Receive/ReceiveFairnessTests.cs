using System.Collections.Concurrent;
using Akashi.Identity.Contracts;
using Akashi.Platform.Errors;
using Akashi.Platform.Quotas;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Receive;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Tests.Receive;

public sealed class ReceiveFairnessTests
{
    private const int Flood = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Receive_BehindTwoHundredOfAnother_IsWorkedOnAfterFewOfThem()
    {
        await using var pipeline = await TracePipeline.StartAsync();
        var second = (await pipeline.Service<TenantDirectory>().ListAsync(CancellationToken.None)).Single(tenant => tenant.IsOperator).Id;
        var queue = pipeline.Service<TraceQueues>().Processors;
        var stranger = TenantId.New(TimeProvider.System);
        var held = new List<FairPlace>();
        for (var i = 0; i < Environment.ProcessorCount; i++) held.Add(Value(await queue.EnterAsync(stranger, int.MaxValue, CancellationToken.None)));
        var order = new ConcurrentQueue<TenantId>();
        var uploads = Enumerable.Range(0, Flood).Select(i => ReceiveAsync(pipeline, pipeline.Tenant, i, order)).ToList();
        await TestKit.TestWait.UntilAsync(() => Task.FromResult(queue.Waiting == Flood), Patience, "the flood to wait");
        uploads.Add(ReceiveAsync(pipeline, second, Flood, order));
        await TestKit.TestWait.UntilAsync(() => Task.FromResult(queue.Waiting == Flood + 1), Patience, "the other one to wait");
        held[0].Dispose(); // one place for all of them
        foreach (var receipt in await Task.WhenAll(uploads).WaitAsync(Patience)) Assert.True(Value(receipt).Stored);
        // The second turn is its own; a few of the flood may be noted before it, since threads are not told in order.
        Assert.InRange(order.ToList().IndexOf(second), 0, 20);
        foreach (var place in held) place.Dispose();
    }

    [Fact]
    public void TryTake_ByAnotherWhileOneHoards_FindsRoom()
    {
        var budget = new ReceiveBudget();
        TenantId hoarder = TenantId.New(TimeProvider.System), other = TenantId.New(TimeProvider.System);
        var shares = new List<ReceiveBudget.Share>();
        while (budget.TryTake(hoarder, 4 << 20) is { } share) shares.Add(share);
        Assert.InRange(shares.Count, 15, 17); // of 32 that fit
        using (var first = budget.TryTake(other, 60 << 20)) Assert.NotNull(first);
        foreach (var share in shares) share.Dispose();
        using var largest = budget.TryTake(hoarder, BatchZip.MaximumZipBytes);
        Assert.NotNull(largest); // alone, the largest batch fits
        Assert.Null(budget.TryTake(other, BatchZip.MaximumZipBytes)); // two of them would keep everybody else out
        for (var i = 0; i < 32; i++) Assert.NotNull(budget.TryTake(TenantId.New(TimeProvider.System), 10_000));
    }

    private static Task<Outcome<BatchReceipt>> ReceiveAsync(TracePipeline pipeline, TenantId tenant, int number, ConcurrentQueue<TenantId> order)
    {
        var name = pipeline.NewName();
        var zip = TracePipeline.Zip(name, TracePipeline.Log(TracePipeline.Line(number)));
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(zip);
        context.Request.ContentLength = zip.Length;
        return Task.Run(() => pipeline.Receiver.ReceiveAsync(tenant, name, TraceNames.SourceAgent, context.Request, _ =>
        {
            order.Enqueue(tenant);
            return Task.CompletedTask;
        }, CancellationToken.None));
    }

    private static T Value<T>(Outcome<T> outcome) => outcome.TryGet(out var value, out var failure) ? value : throw new InvalidOperationException(failure.ToString());
}
