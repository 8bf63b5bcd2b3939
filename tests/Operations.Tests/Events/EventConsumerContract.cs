using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Akashi.TestKit.Events;

namespace Akashi.Operations.Tests.Events;

/// <summary>What every consumer of an event must stand; derive from it for each.</summary>
public abstract class EventConsumerContract<T> where T : notnull
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The name under which the consumer is registered.</summary>
    protected abstract string Consumer { get; }

    protected abstract AkashiModule[] Modules { get; }

    protected abstract T Sample { get; }

    /// <summary>How often the sample had its effect.</summary>
    protected abstract Task<long> CountEffectsAsync(TestServer server, TenantId tenant);

    [Fact]
    public async Task Deliver_ByTwoNodesAtOnce_HasItsEffectOnce()
    {
        await using var server = await TestServer.StartAsync(Modules);
        var tenant = (await TwoTenants.CreateAsync(server)).A.Id;
        await EventConsumerTrial.PublishAsync(server, tenant, Sample);
        await Task.WhenAll(EventConsumerTrial.DispatchAsync(server, tenant), EventConsumerTrial.DispatchAsync(server, tenant));
        await TestWait.UntilAsync(() => EventConsumerTrial.IsDoneAsync(server, Consumer), Patience, "the delivery");
        await EventConsumerTrial.DispatchAsync(server, tenant);
        Assert.Equal(1, await CountEffectsAsync(server, tenant));
    }

    [Fact]
    public async Task Deliver_WithADeathBetweenEffectAndMark_HasItsEffectOnce()
    {
        await using var server = await TestServer.StartAsync(Modules, services => EventConsumerTrial.DieOnceAfterEffect(services, Consumer));
        var tenant = (await TwoTenants.CreateAsync(server)).A.Id;
        await EventConsumerTrial.PublishAsync(server, tenant, Sample);
        await TestWait.UntilAsync(async () =>
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            return await EventConsumerTrial.IsDoneAsync(server, Consumer);
        }, Patience, "the second delivery");
        Assert.Equal(1, await CountEffectsAsync(server, tenant));
    }
}
