using Akashi.Platform.Events;
using Akashi.Platform.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.TestKit.Events;

/// <summary>What goes wrong between an event and its consumer.</summary>
public static class EventConsumerTrial
{
    /// <summary>Has the consumer's first delivery die after its effect and before the mark.</summary>
    public static void DieOnceAfterEffect(IServiceCollection services, string consumer)
    {
        var found = services.Single(service => service.ImplementationInstance is RegisteredConsumer registered && registered.Name == consumer);
        var real = (RegisteredConsumer)found.ImplementationInstance!;
        var died = 0;
        services.Remove(found);
        services.AddSingleton(real with
        {
            HandleAsync = async (provider, session, body, version, cancellation) =>
            {
                await real.HandleAsync(provider, session, body, version, cancellation);
                if (Interlocked.Exchange(ref died, 1) == 0) throw new InvalidOperationException("dies after its effect, on purpose");
            },
        });
    }

    public static async Task PublishAsync<T>(TestServer server, TenantId tenant, T happened) where T : notnull
    {
        await using var session = await server.Database.Application.OpenAsync(tenant);
        await server.Services.GetRequiredService<EventOutbox>().PublishAsync(session, happened, CancellationToken.None);
        await session.CommitAsync();
    }

    /// <summary>As another node would, beside the server's own dispatcher.</summary>
    public static Task DispatchAsync(TestServer server, TenantId tenant) => server.Services.GetRequiredService<EventDispatcher>().DispatchAsync(tenant, CancellationToken.None);

    public static async Task<bool> IsDoneAsync(TestServer server, string consumer) =>
        (await server.Database.QueryAsOwnerAsync<bool>("SELECT coalesce(bool_and(state = 'done'), false) FROM platform.event_delivery WHERE consumer = @consumer", new { consumer })).Single();
}
