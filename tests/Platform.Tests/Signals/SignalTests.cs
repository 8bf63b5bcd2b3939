using System.Collections.Concurrent;
using Akashi.Platform.Signals;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Akashi.Platform.Tests.Signals;

public sealed class SignalTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestClock _clock = new();
    private readonly TenantId _tenant = TenantId.New(TimeProvider.System);
    private TestDatabase _database = null!;
    private WorkSignals _signals = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _signals = new WorkSignals(_database.Application, _clock);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Raise_InATransactionThatRollsBack_LeavesNothing()
    {
        await using (var session = await _database.Application.OpenAsync(_tenant)) await _signals.RaiseAsync(session, "probe");
        Assert.Empty(await _signals.ClaimAsync("probe", TimeSpan.FromMinutes(1), 10, [], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Claim_WhileLeased_IsLeftToItsHolderUntilTheLeaseEnds()
    {
        await RaiseAsync();
        Assert.Single(await ClaimAsync());
        Assert.Empty(await ClaimAsync());
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(2, Assert.Single(await ClaimAsync()).Attempts);
    }

    [Fact]
    public async Task Work_OnACommittedSignal_RunsOnceForTheTenantAndTheSignalIsGone()
    {
        await RaiseAsync();
        await RaiseAsync();
        using var work = new Probe(_signals, _clock, failures: 0);
        await work.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(_tenant, await work.NextAsync());
        await TestWait.UntilAsync(async () => (await _database.QueryAsOwnerAsync<long>("SELECT count(*) FROM platform.signal")).Single() == 0, Patience);
        await work.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, work.Runs);
    }

    [Fact]
    public async Task Work_ThatFails_IsTriedAgainOnceItsPauseIsOver()
    {
        await RaiseAsync();
        using var work = new Probe(_signals, _clock, failures: 1);
        await work.StartAsync(TestContext.Current.CancellationToken);
        await work.NextAsync();
        await TestWait.UntilAsync(async () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return await Task.FromResult(work.Runs == 2);
        }, Patience);
        await work.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Claim_AfterThousandsOfOneTenant_GivesTheOtherItsTurnNext()
    {
        const int backlog = 3000;
        var other = TenantId.New(TimeProvider.System);
        await using (var session = await _database.Application.OpenAsync(_tenant))
        {
            await session.ExecuteAsync("INSERT INTO platform.signal (queue, tenant_id, due_at) SELECT 'probe', @tenant, @due FROM generate_series(1, @backlog)",
                new { tenant = _tenant, due = _clock.GetUtcNow().AddMinutes(-1), backlog }, TestContext.Current.CancellationToken);
            await session.CommitAsync(TestContext.Current.CancellationToken);
        }
        await RaiseAsync(other);
        Task<IReadOnlyList<ClaimedSignals>> NextAsync(params TenantId[] busy) => _signals.ClaimAsync("probe", TimeSpan.FromMinutes(1), 1, busy, TestContext.Current.CancellationToken);
        var first = Assert.Single(await NextAsync());
        Assert.Equal((_tenant, backlog), (first.Tenant, first.Ids.Length)); // older, and all of it one turn
        _clock.Advance(TimeSpan.FromSeconds(1));
        await RaiseAsync(); // what comes meanwhile waits behind
        Assert.Equal(other, Assert.Single(await NextAsync()).Tenant);
        Assert.Empty(await NextAsync(_tenant)); // has its turn
        Assert.Equal(_tenant, Assert.Single(await NextAsync()).Tenant);
    }

    [Fact]
    public async Task Work_WhileOneTenantsTurnHangs_GoesOnWithTheOthers()
    {
        await RaiseAsync();
        using var work = new Slow(_signals, _clock, _tenant);
        await work.StartAsync(TestContext.Current.CancellationToken);
        await work.Hanging.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await RaiseAsync(); // more of the same does not take the second place
        for (var i = 0; i < 3; i++)
        {
            var other = TenantId.New(TimeProvider.System);
            await RaiseAsync(other);
            await TestWait.UntilAsync(() => Task.FromResult(work.Done.Contains(other)), Patience);
        }
        Assert.Equal(1, work.Begun(_tenant));
        await work.StopAsync(TestContext.Current.CancellationToken);
    }

    private Task RaiseAsync() => RaiseAsync(_tenant);

    private async Task RaiseAsync(TenantId tenant)
    {
        await using var session = await _database.Application.OpenAsync(tenant);
        await _signals.RaiseAsync(session, "probe");
        await session.CommitAsync();
    }

    private Task<IReadOnlyList<ClaimedSignals>> ClaimAsync() => _signals.ClaimAsync("probe", TimeSpan.FromMinutes(1), 10, [], TestContext.Current.CancellationToken);

    /// <summary>Two at once; one tenant's work never ends.</summary>
    private sealed class Slow(WorkSignals signals, TimeProvider clock, TenantId hangs) : SignalledWork(signals, clock, NullLogger.Instance)
    {
        private readonly ConcurrentQueue<TenantId> _begun = [];
        private readonly TaskCompletionSource _hanging = new();

        public Task Hanging => _hanging.Task;

        public ConcurrentBag<TenantId> Done { get; } = [];

        protected override string Queue => "probe";

        protected override int Parallelism => 2;

        public int Begun(TenantId tenant) => _begun.Count(one => one == tenant);

        protected override async Task WorkAsync(TenantId tenant, CancellationToken cancellation)
        {
            _begun.Enqueue(tenant);
            if (tenant == hangs)
            {
                _hanging.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            Done.Add(tenant);
        }
    }

    private sealed class Probe(WorkSignals signals, TimeProvider clock, int failures) : SignalledWork(signals, clock, NullLogger.Instance)
    {
        private readonly BlockingCollection<TenantId> _seen = [];
        private int _runs;

        public int Runs => Volatile.Read(ref _runs);

        protected override string Queue => "probe";

        public Task<TenantId> NextAsync() => Task.Run(() => _seen.TryTake(out var tenant, Patience) ? tenant : throw new TimeoutException("No work came."));

        public override void Dispose()
        {
            _seen.Dispose();
            base.Dispose();
        }

        protected override Task WorkAsync(TenantId tenant, CancellationToken cancellation)
        {
            var run = Interlocked.Increment(ref _runs);
            _seen.Add(tenant, cancellation);
            return run <= failures ? Task.FromException(new InvalidOperationException("on purpose")) : Task.CompletedTask;
        }
    }
}
