using Akashi.Platform.Errors;
using Akashi.Platform.Database;
using Akashi.Platform.Signals;
using Akashi.Platform.Tenancy;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Akashi.Platform.Events;

/// <summary>
/// Hands events to their consumers: per tenant and consumer one at a time, in the order in which they were published. An event that fails
/// holds up the later ones while it is tried again, and is set aside after <see cref="MaximumAttempts"/>.
/// </summary>
internal sealed partial class EventDispatcher(
    AkashiDatabase database, ConsumerList consumers, WorkSignals signals, IServiceProvider services, TimeProvider clock, ILogger<EventDispatcher> logger) : SignalledWork(signals, clock, logger)
{
    public const int MaximumAttempts = 12;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);
    private const int MaximumRound = 500; // then the next tenant has its turn
    private const int MaximumError = 1000;

    // Publishers hold this lock shared until they end. Whoever waits too long for them comes back later.
    private const string Settle = "SET LOCAL lock_timeout = '500ms'; SELECT pg_advisory_xact_lock(hashtextextended('event/' || @tenant::text, 0))";

    private const string LastNumber = "SELECT coalesce(max(id), 0) FROM platform.event";

    private const string LockConsumer = "SELECT pg_try_advisory_xact_lock(hashtextextended('event-consumer/' || @tenant::text || '/' || @Name, 0))";

    private const string Next = """
        SELECT d.event_id, d.attempts, d.next_at, e.version, e.body::text AS body
        FROM platform.event_delivery d JOIN platform.event e ON e.tenant_id = d.tenant_id AND e.id = d.event_id
        WHERE d.consumer = @Name AND d.state = 'waiting' AND d.event_id <= @last ORDER BY d.event_id LIMIT 1
        """;

    private const string MarkDone = """
        UPDATE platform.event_delivery SET state = 'done', done_at = @now, error = NULL WHERE consumer = @Name AND event_id = @EventId
        """;

    private const string MarkFailed = """
        UPDATE platform.event_delivery SET attempts = attempts + 1, error = @error, next_at = @next,
            state = CASE WHEN attempts + 1 >= @MaximumAttempts THEN 'failed' ELSE 'waiting' END
        WHERE consumer = @Name AND event_id = @EventId AND state = 'waiting'
        """;

    protected override string Queue => EventOutbox.Queue;

    protected override int Parallelism => 4;

    protected override Task WorkAsync(TenantId tenant, CancellationToken cancellation) => DispatchAsync(tenant, cancellation);

    internal async Task DispatchAsync(TenantId tenant, CancellationToken cancellation)
    {
        if (await LastSettledAsync(tenant, cancellation) is { } last)
        {
            foreach (var consumer in consumers.All)
            {
                for (var count = 0; count < MaximumRound && await DeliverNextAsync(tenant, consumer, last, cancellation); count++)
                {
                    // on to the next event
                }
            }
        }
        await SignalNextAsync(tenant, cancellation);
    }

    /// <summary>
    /// Numbers are given before transactions commit, so a smaller one may still appear after a greater one. Up to the number that this
    /// returns, none will. Null when publishers are under way for too long.
    /// </summary>
    private async Task<long?> LastSettledAsync(TenantId tenant, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        try
        {
            await session.ExecuteAsync(Settle, new { tenant }, cancellation);
            return await session.QuerySingleAsync<long>(LastNumber, cancellation: cancellation);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            return null;
        }
    }

    /// <returns>False when nothing is due, or another node is at this consumer.</returns>
    private async Task<bool> DeliverNextAsync(TenantId tenant, RegisteredConsumer consumer, long last, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        if (!await session.QuerySingleAsync<bool>(LockConsumer, new { tenant, consumer.Name }, cancellation)) return false;
        var now = Clock.GetUtcNow();
        var waiting = await session.QueryFirstOrDefaultAsync<Waiting>(Next, new { consumer.Name, last }, cancellation);
        if (waiting is null || waiting.NextAt > now) return false;
        try
        {
            await consumer.HandleAsync(services, session, waiting.Body, waiting.Version, cancellation);
            await session.ExecuteAsync(MarkDone, new { now, consumer.Name, waiting.EventId }, cancellation);
            await session.CommitAsync(cancellation);
        }
        catch (Exception e) when (e is not OutOfMemoryException && !cancellation.IsCancellationRequested)
        {
            LogFailed(e, consumer.Name, waiting.EventId, tenant, waiting.Attempts + 1);
            await session.DisposeAsync(); // rolls back whatever the consumer did
            await RecordFailureAsync(tenant, consumer, waiting, e, cancellation);
        }
        return true;
    }

    private async Task RecordFailureAsync(TenantId tenant, RegisteredConsumer consumer, Waiting waiting, Exception exception, CancellationToken cancellation)
    {
        var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, waiting.Attempts)));
        await using var session = await database.OpenAsync(tenant, cancellation);
        var error = OneLine.Of($"{exception.GetType().Name}: {exception.Message}", MaximumError);
        await session.ExecuteAsync(MarkFailed, new { error, next = Clock.GetUtcNow() + pause, MaximumAttempts, consumer.Name, waiting.EventId }, cancellation);
        await session.CommitAsync(cancellation);
    }

    private async Task SignalNextAsync(TenantId tenant, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var names = consumers.All.Select(consumer => consumer.Name).ToArray();
        // The first event of each consumer decides when it can go on.
        const string earliest = """
            SELECT min(next_at) FROM (SELECT DISTINCT ON (consumer) next_at FROM platform.event_delivery WHERE state = 'waiting' AND consumer = ANY(@names) ORDER BY consumer, event_id) AS first
            """;
        if (await session.QuerySingleAsync<DateTimeOffset?>(earliest, new { names }, cancellation) is not { } next) return;
        var soon = Clock.GetUtcNow() + Again;
        await Signals.RaiseAsync(session, EventOutbox.Queue, next > soon ? next : soon, cancellation);
        await session.CommitAsync(cancellation);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consumer {Consumer} could not handle event {Event} of tenant {Tenant}, attempt {Attempt}.")]
    private partial void LogFailed(Exception exception, string consumer, long @event, TenantId tenant, int attempt);

    private sealed record Waiting(long EventId, int Attempts, DateTimeOffset NextAt, int Version, string Body);
}
