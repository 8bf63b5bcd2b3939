using Akashi.Platform.Database;
using Akashi.Platform.Signals;

namespace Akashi.Platform.Events;

/// <summary>Tells other modules what happened, in the transaction in which it happened: neither without the other.</summary>
public sealed class EventOutbox(ConsumerList consumers, WorkSignals signals, TimeProvider clock)
{
    internal const string Queue = "event";

    // The shared lock is taken before the number: whoever holds the lock alone knows that every smaller number is committed or gone.
    private const string Publish = """
        SELECT pg_advisory_xact_lock_shared(hashtextextended('event/' || @Tenant::text, 0));
        WITH published AS (
            INSERT INTO platform.event (tenant_id, type, version, body, published_at) VALUES (@Tenant, @Name, @Version, @body::jsonb, @now) RETURNING id)
        INSERT INTO platform.event_delivery (tenant_id, consumer, event_id, next_at)
        SELECT @Tenant, consumer, id, @now FROM published, unnest(@names) AS consumer
        """;

    public async Task PublishAsync<T>(TenantSession session, T happened, CancellationToken cancellation) where T : notnull
    {
        var type = EventFormat.TypeOf(typeof(T));
        var names = consumers.All.Where(consumer => consumer.EventType == type.Name).Select(consumer => consumer.Name).ToArray();
        await session.ExecuteAsync(Publish, new { session.Tenant, type.Name, type.Version, body = EventFormat.Write(happened), now = clock.GetUtcNow(), names }, cancellation);
        if (names.Length > 0) await signals.RaiseAsync(session, Queue, cancellation: cancellation);
    }
}
