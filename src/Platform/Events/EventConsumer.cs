using Akashi.Platform.Database;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Akashi.Platform.Events;

/// <summary>Acts on one kind of event.</summary>
public abstract class EventConsumer<T> where T : notnull
{
    /// <summary>
    /// What is written in the session and the mark that the event was handled commit together: the effect happens once, whatever dies in
    /// between. Reach nothing outside the session; to send mail or call somebody, write an outbox row. An exception means: again later.
    /// </summary>
    public abstract Task HandleAsync(TenantSession session, T happened, CancellationToken cancellation);
}

/// <summary>A consumer as the dispatcher knows it.</summary>
/// <param name="Name">Stable: deliveries are stored under it.</param>
internal sealed record RegisteredConsumer(string Name, string EventType, Func<IServiceProvider, TenantSession, string, int, CancellationToken, Task> HandleAsync);

public static class EventConsumers
{
    /// <param name="name">Stable for ever, for example <c>operations.terminal-enrolled-audit</c>.</param>
    public static IServiceCollection AddEventConsumer<T, TConsumer>(this IServiceCollection services, string name) where T : notnull where TConsumer : EventConsumer<T>
    {
        services.TryAddSingleton<TConsumer>();
        return services.AddSingleton(new RegisteredConsumer(name, EventFormat.TypeOf(typeof(T)).Name, (provider, session, body, version, cancellation) =>
            provider.GetRequiredService<TConsumer>().HandleAsync(session, EventFormat.Read<T>(body, version), cancellation)));
    }

    internal static void AddEvents(this IServiceCollection services)
    {
        services.AddSingleton(provider => new ConsumerList(provider.GetServices<RegisteredConsumer>()));
        services.AddSingleton<EventOutbox>();
        services.AddSingleton<EventJournal>();
        services.AddSingleton<EventDispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<EventDispatcher>());
    }
}

/// <summary>All consumers of this server.</summary>
public sealed class ConsumerList
{
    internal ConsumerList(IEnumerable<RegisteredConsumer> consumers)
    {
        All = [.. consumers];
        if (All.GroupBy(consumer => consumer.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new InvalidOperationException($"Two event consumers are called '{twice.Key}'.");
    }

    internal IReadOnlyList<RegisteredConsumer> All { get; }
}
