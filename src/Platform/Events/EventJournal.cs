using Akashi.Platform.Database;
using Akashi.Platform.Signals;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Events;

/// <summary>An event that a consumer could not handle.</summary>
public sealed record EventFailure(TenantId Tenant, string Consumer, long EventId, string Type, DateTimeOffset PublishedAt, int Attempts, string? Error);

/// <summary>How far a consumer is behind.</summary>
/// <param name="Oldest">When the oldest waiting event was published.</param>
public sealed record ConsumerBacklog(string Consumer, string EventType, long Waiting, long Failed, DateTimeOffset? Oldest);

/// <summary>What operators see of events, and how they have them handled again.</summary>
public sealed class EventJournal(AkashiDatabase database, ConsumerList consumers, WorkSignals signals, TimeProvider clock)
{
    public const int PageSize = 100;

    private const string ReplayOne = """
        UPDATE platform.event_delivery SET state = 'waiting', attempts = 0, next_at = @now, error = NULL WHERE consumer = @consumer AND event_id = @eventId AND state = 'failed'
        """;

    private const string ReplaySince = """
        INSERT INTO platform.event_delivery (tenant_id, consumer, event_id, next_at)
        SELECT tenant_id, @consumer, id, @now FROM platform.event WHERE type = @EventType AND published_at >= @since
        ON CONFLICT (tenant_id, consumer, event_id) DO UPDATE SET state = 'waiting', attempts = 0, next_at = @now, error = NULL, done_at = NULL
        """;

    /// <summary>Every consumer of this server.</summary>
    public async Task<IReadOnlyList<ConsumerBacklog>> ListConsumersAsync(CancellationToken cancellation)
    {
        var rows = (await database.QueryBeforeTenantAsync<Backlog>("SELECT consumer, waiting, failed, oldest FROM platform.event_backlog()", cancellation: cancellation)).ToDictionary(row => row.Consumer, StringComparer.Ordinal);
        return [.. consumers.All.OrderBy(consumer => consumer.Name, StringComparer.Ordinal).Select(consumer =>
            rows.TryGetValue(consumer.Name, out var row) ? new ConsumerBacklog(consumer.Name, consumer.EventType, row.Waiting, row.Failed, row.Oldest) : new ConsumerBacklog(consumer.Name, consumer.EventType, 0, 0, null))];
    }

    /// <summary>Events that were set aside, newest first.</summary>
    /// <param name="before">Only older numbers, for the next page.</param>
    public async Task<IReadOnlyList<EventFailure>> ListFailuresAsync(long? before, CancellationToken cancellation) =>
        [.. (await database.QueryBeforeTenantAsync<Failed>("SELECT * FROM platform.event_failures(@before, @PageSize)", new { before, PageSize }, cancellation))
            .Select(row => new EventFailure(new TenantId(row.TenantId), row.Consumer, row.EventId, row.Type, row.PublishedAt, row.Attempts, row.Error))];

    /// <summary>Has one event that was set aside tried again.</summary>
    /// <returns>False when it is not set aside, or no longer.</returns>
    public async Task<bool> ReplayAsync(TenantId tenant, string consumer, long eventId, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        if (await session.ExecuteAsync(ReplayOne, new { now = clock.GetUtcNow(), consumer, eventId }, cancellation) == 0) return false;
        await signals.RaiseAsync(session, EventOutbox.Queue, cancellation: cancellation);
        await session.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Has a consumer handle all stored events since a time, also those that it handled before: for consumers that are new, or that were wrong.</summary>
    /// <returns>How many; null when there is no such consumer.</returns>
    public async Task<int?> ReplayAsync(TenantId tenant, string consumer, DateTimeOffset since, CancellationToken cancellation)
    {
        if (consumers.All.FirstOrDefault(known => known.Name == consumer) is not { } registered) return null;
        await using var session = await database.OpenAsync(tenant, cancellation);
        var count = await session.ExecuteAsync(ReplaySince, new { consumer, now = clock.GetUtcNow(), registered.EventType, since }, cancellation);
        if (count > 0) await signals.RaiseAsync(session, EventOutbox.Queue, cancellation: cancellation);
        await session.CommitAsync(cancellation);
        return count;
    }

    /// <returns>How many; those that a consumer has still to handle, or could not, stay.</returns>
    public async Task<int> DeleteBeforeAsync(TenantId tenant, DateTimeOffset before, CancellationToken cancellation)
    {
        const string delete = """
            DELETE FROM platform.event e WHERE published_at < @before
                AND NOT EXISTS (SELECT 1 FROM platform.event_delivery d WHERE d.tenant_id = e.tenant_id AND d.event_id = e.id AND d.state <> 'done')
            """;
        await using var session = await database.OpenAsync(tenant, cancellation);
        var count = await session.ExecuteAsync(delete, new { before }, cancellation);
        await session.CommitAsync(cancellation);
        return count;
    }

    private sealed record Backlog(string Consumer, long Waiting, long Failed, DateTimeOffset? Oldest);

    private sealed record Failed(Guid TenantId, string Consumer, long EventId, string Type, DateTimeOffset PublishedAt, int Attempts, string? Error);
}
