using Akashi.Platform.Database;

namespace Akashi.Platform.Health;

/// <summary>Background work that is due and lies, by queue.</summary>
/// <param name="Waiting">Signals that are due.</param>
/// <param name="LagSeconds">How long the oldest has been.</param>
/// <param name="Stuck">Signals whose work failed again and again.</param>
internal sealed record WorkTotals(string Queue, long Waiting, double LagSeconds, long Stuck)
{
    private const string Sql = """
        SELECT queue, count(*) FILTER (WHERE due_at <= @now) AS waiting,
               greatest(0, extract(epoch FROM @now - min(due_at)))::float8 AS lag_seconds,
               count(*) FILTER (WHERE attempts >= 8) AS stuck
        FROM platform.signal GROUP BY queue ORDER BY queue
        """;

    public static Task<IReadOnlyList<WorkTotals>> ReadAsync(AkashiDatabase database, DateTimeOffset now, CancellationToken cancellation) =>
        database.QueryBeforeTenantAsync<WorkTotals>(Sql, new { now }, cancellation);
}

/// <summary>Whether background work (audit log, mail, events …) keeps up.</summary>
internal sealed class WorkHealth(AkashiDatabase database, TimeProvider clock) : HealthCheck
{
    private const double LongSeconds = 300;
    private const double TooLongSeconds = 1800;

    public override string Id => "platform.work";
    public override string Japanese => "バックグラウンド処理";
    public override string English => "Background work";

    public override async Task<HealthResult> RunAsync(CancellationToken cancellation)
    {
        var queues = await WorkTotals.ReadAsync(database, clock.GetUtcNow(), cancellation);
        if (queues.MaxBy(queue => queue.LagSeconds) is { } worst && HealthResult.Judge(worst.LagSeconds, LongSeconds, TooLongSeconds) is var state and not HealthState.Ok)
            return new HealthResult(state, $"キュー {worst.Queue} の処理が {(long)worst.LagSeconds / 60} 分遅れています。サーバーのログと負荷を確認してください。", $"The queue {worst.Queue} is {(long)worst.LagSeconds / 60} minutes behind. Look at the server's log and its load.");
        var stuck = queues.Where(queue => queue.Stuck > 0).Select(queue => queue.Queue).ToList();
        return stuck.Count > 0
            ? HealthResult.Warning($"繰り返し失敗している処理があります: {string.Join(", ", stuck)}。サーバーのログで原因を確認してください。", $"Work fails again and again: {string.Join(", ", stuck)}. See the cause in the server's log.")
            : HealthResult.Ok("遅れなし", "Nothing lies");
    }
}
