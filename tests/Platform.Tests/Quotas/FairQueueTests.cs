using Akashi.Platform.Quotas;
using Akashi.Platform.Tenancy;
using Xunit;

namespace Akashi.Platform.Tests.Quotas;

public sealed class FairQueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TenantId A = TenantId.New(TimeProvider.System), B = TenantId.New(TimeProvider.System), C = TenantId.New(TimeProvider.System);

    [Fact]
    public async Task Enter_BehindTwoHundredOfAnother_IsServedAfterOneOfThem()
    {
        var queue = new FairQueue(1, 1, 500, 1000);
        var order = new List<TenantId>();
        var inside = await PlaceAsync(queue, A);
        var waiting = Enumerable.Range(0, 200).Select(_ => (Tenant: A, Turn: PlaceAsync(queue, A))).ToList();
        waiting.Add((B, PlaceAsync(queue, B)));
        Assert.Equal(201, queue.Waiting);
        while (waiting.Count > 0)
        {
            inside.Dispose();
            var next = await FirstAsync(waiting);
            waiting.Remove(next);
            order.Add(next.Tenant);
            inside = await next.Turn;
        }
        Assert.InRange(order.IndexOf(B), 0, 1);
        Assert.Equal(0, queue.Waiting);
    }

    [Fact]
    public async Task Enter_OfThreeTenants_TakeTurns()
    {
        var queue = new FairQueue(1, 1, 10, 100);
        var inside = await PlaceAsync(queue, A);
        var lines = new[] { A, A, A, B, B, B, C, C, C }.Select(tenant => (Tenant: tenant, Turn: PlaceAsync(queue, tenant))).ToList();
        var order = new List<TenantId>();
        for (var i = 0; i < 9; i++)
        {
            inside.Dispose();
            var next = await FirstAsync(lines);
            lines.Remove(next);
            order.Add(next.Tenant);
            inside = await next.Turn;
        }
        Assert.Equal([A, B, C, A, B, C, A, B, C], order);
    }

    [Fact]
    public async Task Step_BesideAFullLine_IsNotRefusedAndAlternatesWithThoseWhoEnter()
    {
        var queue = new FairQueue(1, 1, 3, 3);
        var inside = await PlaceAsync(queue, A);
        var waiting = Enumerable.Range(0, 3).Select(_ => (Kind: "enter", Turn: PlaceAsync(queue, A))).ToList();
        waiting.AddRange(Enumerable.Range(0, 3).Select(_ => (Kind: "step", Turn: queue.StepAsync(A, CancellationToken.None))));
        waiting.Add((Kind: "other", Turn: queue.StepAsync(B, CancellationToken.None)));
        var order = new List<string>();
        while (waiting.Count > 0)
        {
            inside.Dispose();
            inside = await await Task.WhenAny(waiting.Select(next => next.Turn)).WaitAsync(Patience);
            var served = waiting.Single(next => next.Turn.IsCompleted);
            waiting.Remove(served);
            order.Add(served.Kind);
        }
        Assert.Equal(["step", "other", "enter", "step", "enter", "step", "enter"], order);
        inside.Dispose();
        Assert.True((await queue.EnterAsync(A, 1, CancellationToken.None)).TryGet(out _, out _));
    }

    [Fact]
    public async Task Step_ThatGivesUp_LeavesTheLine()
    {
        var queue = new FairQueue(1, 1, 3, 3);
        var inside = await PlaceAsync(queue, A);
        using var giveUp = new CancellationTokenSource();
        var step = queue.StepAsync(A, giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => step.WaitAsync(Patience));
        inside.Dispose();
        Assert.True(queue.StepAsync(B, CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Enter_WhenTheLineOrAllLinesAreFull_IsRefusedWithRetryAfter()
    {
        var queue = new FairQueue(1, 1, 2, 3);
        var inside = await PlaceAsync(queue, A);
        var waiting = new List<Task<FairPlace>> { PlaceAsync(queue, A), PlaceAsync(queue, A) };
        var own = (await queue.EnterAsync(A, 1, CancellationToken.None)).Failure!;
        Assert.Equal(("too-many-waiting", 429, true), (own.Code, own.Status, own.RetryAfterSeconds > 0));
        waiting.Add(PlaceAsync(queue, B)); // another tenant's line is its own
        var all = (await queue.EnterAsync(C, 1, CancellationToken.None)).Failure!;
        Assert.Equal(("service-busy", 503, true), (all.Code, all.Status, all.RetryAfterSeconds > 0));
        inside.Dispose();
        await Task.WhenAll(waiting.Select(async turn => (await turn).Dispose())).WaitAsync(Patience, TestContext.Current.CancellationToken);
        (await PlaceAsync(queue, C)).Dispose();
    }

    [Fact]
    public async Task Enter_GivenUp_LeavesTheLineAndTheTurnToOthers()
    {
        var queue = new FairQueue(1, 1, 10, 100);
        var inside = await PlaceAsync(queue, A);
        using var giveUp = new CancellationTokenSource();
        var gone = queue.EnterAsync(B, 1, giveUp.Token);
        var stays = PlaceAsync(queue, C);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Equal(1, queue.Waiting);
        inside.Dispose();
        inside.Dispose(); // twice is once
        (await stays).Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queue.EnterAsync(B, 1, giveUp.Token));
        (await PlaceAsync(queue, B)).Dispose();
    }

    [Fact]
    public async Task Enter_ByTheOnlyTenant_LeavesPlacesForOthers()
    {
        var queue = new FairQueue(4, 2, 10, 100);
        var held = new[] { await PlaceAsync(queue, A), await PlaceAsync(queue, A) };
        var more = PlaceAsync(queue, A);
        Assert.Equal(1, queue.Waiting);
        (await PlaceAsync(queue, B)).Dispose();
        Assert.Equal(1, queue.Waiting); // a place is free, but not for A
        held[0].Dispose();
        Assert.Equal(0, queue.Waiting);
        (await more).Dispose();
    }

    /// <summary>
    /// Random comings, goings and second thoughts: never more inside than places, never more of a tenant than it may, nobody waits who could go
    /// in, nobody is overtaken twice by one other tenant, and in the end all were served or gave up.
    /// </summary>
    [Fact]
    public async Task Enter_InAnyOrder_KeepsItsPromises()
    {
        for (var round = 0; round < 200; round++)
        {
            var seed = HashCode.Combine(TimeProvider.System.GetTimestamp(), round);
            try
            {
                await new FairQueueModel(seed).RunAsync();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"With seed {seed}: {e.Message}", e);
            }
        }
    }

    [Fact]
    public async Task Enter_ByManyThreads_NeverExceedsThePlacesAndServesAll()
    {
        var queue = new FairQueue(3, 2, 5000, 20000);
        var (inside, most, served) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                using var place = await PlaceAsync(queue, worker % 2 == 0 ? A : worker % 3 == 0 ? B : C);
                var now = Interlocked.Increment(ref inside);
                InterlockedMax(ref most, now);
                if (i % 50 == 0) await Task.Yield();
                Interlocked.Increment(ref served);
                Interlocked.Decrement(ref inside);
            }
        })));
        Assert.Equal(8000, served);
        Assert.InRange(most, 1, 3);
        Assert.Equal(0, queue.Waiting);
    }

    /// <summary>Whose turn it is; more than one at a time would be a place too many.</summary>
    private static async Task<(TenantId Tenant, Task<FairPlace> Turn)> FirstAsync(IReadOnlyList<(TenantId Tenant, Task<FairPlace> Turn)> waiting)
    {
        await Task.WhenAny(waiting.Select(one => one.Turn)).WaitAsync(Patience);
        return Assert.Single(waiting, one => one.Turn.IsCompleted);
    }

    private static void InterlockedMax(ref int place, int value)
    {
        for (var known = Volatile.Read(ref place); known < value; known = Volatile.Read(ref place))
            if (Interlocked.CompareExchange(ref place, value, known) == known) return;
    }

    internal static async Task<FairPlace> PlaceAsync(FairQueue queue, TenantId tenant) =>
        (await queue.EnterAsync(tenant, int.MaxValue, CancellationToken.None)).TryGet(out var place, out var failure) ? place : throw new InvalidOperationException(failure.Code);
}
