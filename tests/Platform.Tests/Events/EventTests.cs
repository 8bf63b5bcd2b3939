using System.Collections.Concurrent;
using Akashi.Platform.Database;
using Akashi.Platform.Events;
using Akashi.Platform.Signals;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Akashi.Platform.Tests.Events;

public sealed class EventTests : IAsyncLifetime
{
    private const string Consumer = "test.probe-writer";

    private readonly TestClock _clock = new();
    private readonly TenantId _tenant = TenantId.New(TimeProvider.System);
    private readonly Writer _writer = new();
    private TestDatabase _database = null!;
    private ServiceProvider _services = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.ExecuteAsOwnerAsync("CREATE TABLE platform.probe (place bigint GENERATED ALWAYS AS IDENTITY, number integer NOT NULL); GRANT SELECT, INSERT ON platform.probe TO akashi_app");
        _services = Provider(withConsumer: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Publish_InATransactionThatRollsBack_LeavesNothing()
    {
        await using (var session = await _database.Application.OpenAsync(_tenant)) await Outbox.PublishAsync(session, new Happened(1), CancellationToken.None);
        Assert.Equal(0, await CountAsync("platform.event"));
        Assert.Equal(0, await CountAsync("platform.event_delivery"));
        Assert.Equal(0, await CountAsync("platform.signal"));
    }

    [Fact]
    public async Task Dispatch_ByTwoNodesAtOnce_HasEachEffectOnceAndInOrder()
    {
        await PublishAsync([.. Enumerable.Range(0, 120)]);
        using var other = Dispatcher(_services);
        await Task.WhenAll(DispatchAsync(), other.DispatchAsync(_tenant, CancellationToken.None));
        await DispatchAsync(); // what one left to the other
        Assert.Equal(Enumerable.Range(0, 120), await EffectsAsync());
    }

    [Fact]
    public async Task Dispatch_ConsumerThatDiesAfterItsEffect_HasItOnce()
    {
        _writer.FailAfterEffect[1] = 1;
        await PublishAsync(1, 2);
        await DispatchAsync();
        Assert.Empty(await EffectsAsync()); // the first waits for its second attempt, and holds up the second
        _clock.Advance(TimeSpan.FromSeconds(2));
        await DispatchAsync();
        Assert.Equal([1, 2], await EffectsAsync());
    }

    [Fact]
    public async Task Dispatch_WhileAnEarlierPublisherIsUnderWay_KeepsTheOrder()
    {
        await using var slow = await _database.Application.OpenAsync(_tenant);
        await Outbox.PublishAsync(slow, new Happened(1), CancellationToken.None);
        await PublishAsync(2);
        await DispatchAsync();
        Assert.Empty(await EffectsAsync());
        await slow.CommitAsync(TestContext.Current.CancellationToken);
        await DispatchAsync();
        Assert.Equal([1, 2], await EffectsAsync());
    }

    [Fact]
    public async Task Dispatch_EventThatAlwaysFails_IsSetAsideShownAndReplayed()
    {
        _writer.FailAfterEffect[1] = int.MaxValue;
        await PublishAsync(1, 2);
        for (var attempt = 0; attempt < EventDispatcher.MaximumAttempts; attempt++)
        {
            Assert.Empty(await EffectsAsync());
            await DispatchAsync();
            _clock.Advance(TimeSpan.FromMinutes(10));
        }
        Assert.Equal([2], await EffectsAsync());
        var failure = Assert.Single(await Journal.ListFailuresAsync(null, CancellationToken.None));
        Assert.Equal((_tenant, Consumer, "test.happened", EventDispatcher.MaximumAttempts), (failure.Tenant, failure.Consumer, failure.Type, failure.Attempts));
        Assert.Equal("InvalidOperationException: on purpose", failure.Error);
        Assert.Equal((0L, 1L), (await Journal.ListConsumersAsync(CancellationToken.None)).Select(one => (one.Waiting, one.Failed)).Single());

        _writer.FailAfterEffect.Clear();
        Assert.True(await Journal.ReplayAsync(_tenant, Consumer, failure.EventId, CancellationToken.None));
        Assert.False(await Journal.ReplayAsync(_tenant, Consumer, failure.EventId, CancellationToken.None));
        await DispatchAsync();
        Assert.Equal([2, 1], await EffectsAsync());
    }

    [Fact]
    public async Task Replay_ForAConsumerThatIsNew_HandlesTheStoredEventsSinceThen()
    {
        await using (var before = Provider(withConsumer: false))
        {
            await PublishAsync(before.GetRequiredService<EventOutbox>(), 1);
            _clock.Advance(TimeSpan.FromHours(1));
            await PublishAsync(before.GetRequiredService<EventOutbox>(), 2, 3);
        }
        await DispatchAsync();
        Assert.Empty(await EffectsAsync());
        Assert.Equal(2, await Journal.ReplayAsync(_tenant, Consumer, _clock.GetUtcNow() - TimeSpan.FromMinutes(1), CancellationToken.None));
        await DispatchAsync();
        Assert.Equal([2, 3], await EffectsAsync());
        Assert.Null(await Journal.ReplayAsync(_tenant, "nobody", _clock.GetUtcNow(), CancellationToken.None));
    }

    [Fact]
    public async Task Dispatcher_WithASignal_HandlesTheEventByItself()
    {
        using var dispatcher = Dispatcher(_services);
        await dispatcher.StartAsync(TestContext.Current.CancellationToken);
        await PublishAsync(7);
        await TestWait.UntilAsync(async () => (await EffectsAsync()) is [7], TimeSpan.FromSeconds(20), "the effect");
        await dispatcher.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Read_AnEventOfANewerServer_IsLeftToThatOne() => Assert.Throws<InvalidOperationException>(() => EventFormat.Read<Happened>("{\"number\":1}", version: 2));

    [Fact]
    public void Add_ARecordThatIsNoEvent_Throws() => Assert.Throws<InvalidOperationException>(() => EventFormat.TypeOf(typeof(string)));

    private EventOutbox Outbox => _services.GetRequiredService<EventOutbox>();

    private EventJournal Journal => _services.GetRequiredService<EventJournal>();

    private async Task DispatchAsync()
    {
        using var dispatcher = Dispatcher(_services);
        await dispatcher.DispatchAsync(_tenant, CancellationToken.None);
    }

    private Task PublishAsync(params int[] numbers) => PublishAsync(Outbox, numbers);

    private async Task PublishAsync(EventOutbox outbox, params int[] numbers)
    {
        foreach (var number in numbers)
        {
            await using var session = await _database.Application.OpenAsync(_tenant);
            await outbox.PublishAsync(session, new Happened(number), CancellationToken.None);
            await session.CommitAsync();
        }
    }

    private Task<IReadOnlyList<int>> EffectsAsync() => _database.QueryAsOwnerAsync<int>("SELECT number FROM platform.probe ORDER BY place");

    private async Task<long> CountAsync(string table) => (await _database.QueryAsOwnerAsync<long>($"SELECT count(*) FROM {table}")).Single();

    private ServiceProvider Provider(bool withConsumer)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton(_database.Application);
        services.AddSingleton<WorkSignals>();
        services.AddLogging();
        services.AddEvents();
        services.AddSingleton(_writer);
        if (withConsumer) services.AddEventConsumer<Happened, Writer>(Consumer);
        return services.BuildServiceProvider();
    }

    private static EventDispatcher Dispatcher(ServiceProvider services) => new(
        services.GetRequiredService<AkashiDatabase>(), services.GetRequiredService<ConsumerList>(), services.GetRequiredService<WorkSignals>(), services, services.GetRequiredService<TimeProvider>(), NullLogger<EventDispatcher>.Instance);

    [EventType("test.happened")]
    private sealed record Happened(int Number);

    private sealed class Writer : EventConsumer<Happened>
    {
        /// <summary>How often an event's consumer dies after it wrote.</summary>
        public ConcurrentDictionary<int, int> FailAfterEffect { get; } = [];

        public override async Task HandleAsync(TenantSession session, Happened happened, CancellationToken cancellation)
        {
            await session.ExecuteAsync("INSERT INTO platform.probe (number) VALUES (@Number)", new { happened.Number }, cancellation);
            if (FailAfterEffect.TryGetValue(happened.Number, out var left) && left > 0)
            {
                FailAfterEffect[happened.Number] = left - 1;
                throw new InvalidOperationException("on purpose");
            }
        }
    }
}
