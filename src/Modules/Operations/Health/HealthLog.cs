using Akashi.Platform.Database;
using Akashi.Platform.Health;

namespace Akashi.Operations.Health;

/// <param name="Told">What the operators were told last.</param>
internal sealed record HealthRow(string CheckId, HealthState State, DateTimeOffset Since, DateTimeOffset CheckedAt, string Japanese, string English, HealthState Told);

internal sealed record HealthSlot(string CheckId, DateTimeOffset Slot, HealthState Worst);

internal sealed record NodeRow(string HostName, string Version, DateTimeOffset StartedAt, DateTimeOffset SeenAt);

/// <summary>What the checks found, now and in the past.</summary>
internal sealed class HealthLog(AkashiDatabase database, TimeProvider clock)
{
    public static readonly TimeSpan SlotLength = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    // Answers what was there before, for the rule that one bad run alone alarms nobody.
    private const string Store = """
        WITH before AS (SELECT state, told FROM operations.health WHERE check_id = @id),
        history AS (INSERT INTO operations.health_history (check_id, slot, worst) VALUES (@id, @slot, @state)
                    ON CONFLICT (check_id, slot) DO UPDATE SET worst = greatest(health_history.worst, excluded.worst)),
        stored AS (INSERT INTO operations.health AS h (check_id, state, since, checked_at, japanese, english) VALUES (@id, @state, @now, @now, @Japanese, @English)
                   ON CONFLICT (check_id) DO UPDATE SET since = CASE WHEN h.state = excluded.state THEN h.since ELSE excluded.since END,
                       state = excluded.state, checked_at = excluded.checked_at, japanese = excluded.japanese, english = excluded.english)
        SELECT coalesce((SELECT state FROM before), 0) AS state, coalesce((SELECT told FROM before), 0) AS told
        """;

    private const string Prune = """
        WITH old AS (DELETE FROM operations.health_history WHERE slot < @before)
        DELETE FROM operations.health WHERE checked_at < @before
        """;

    /// <returns>The state of the run before, and what the operators were told last.</returns>
    public async Task<(HealthState Previous, HealthState Told)> StoreAsync(string id, HealthResult result, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var slot = new DateTimeOffset(now.UtcTicks - now.UtcTicks % SlotLength.Ticks, TimeSpan.Zero);
        var row = (await database.QueryBeforeTenantAsync<(int State, int Told)>(Store, new { id, slot, now, state = (int)result.State, Japanese = Short(result.Japanese), English = Short(result.English) }, cancellation))[0];
        return ((HealthState)row.State, (HealthState)row.Told);
    }

    public Task TellAsync(string id, HealthState told, CancellationToken cancellation) =>
        database.ExecuteBeforeTenantAsync("UPDATE operations.health SET told = @told WHERE check_id = @id", new { id, told = (int)told }, cancellation);

    public Task PruneAsync(CancellationToken cancellation) => database.ExecuteBeforeTenantAsync(Prune, new { before = clock.GetUtcNow() - Kept }, cancellation);

    public Task<IReadOnlyList<HealthRow>> ListAsync(CancellationToken cancellation) =>
        database.QueryBeforeTenantAsync<HealthRow>("SELECT check_id, state, since, checked_at, japanese, english, told FROM operations.health", cancellation: cancellation);

    public Task<IReadOnlyList<HealthSlot>> HistoryAsync(DateTimeOffset since, CancellationToken cancellation) =>
        database.QueryBeforeTenantAsync<HealthSlot>("SELECT check_id, slot, worst FROM operations.health_history WHERE slot >= @since", new { since }, cancellation);

    public Task<IReadOnlyList<NodeRow>> NodesAsync(CancellationToken cancellation) =>
        database.QueryBeforeTenantAsync<NodeRow>("SELECT host_name, version, started_at, seen_at FROM platform.node ORDER BY host_name, started_at", cancellation: cancellation);

    private static string Short(string text) => text.Length <= 1000 ? text : text[..1000];
}
