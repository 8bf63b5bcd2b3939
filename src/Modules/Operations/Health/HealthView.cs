using Akashi.Platform.Health;

namespace Akashi.Operations.Health;

/// <param name="Row">Null before the first run.</param>
/// <param name="Day">The worst state of each quarter of an hour, oldest first; null where nothing ran.</param>
internal sealed record CheckView(string Id, string Japanese, string English, HealthRow? Row, IReadOnlyList<HealthState?> Day);

/// <summary>What page, API and command line show.</summary>
/// <param name="Stale">The checks have not run for longer than they may.</param>
internal sealed record HealthView(DateTimeOffset Now, HealthState Worst, DateTimeOffset? CheckedAt, bool Stale, IReadOnlyList<CheckView> Checks, IReadOnlyList<NodeRow> Nodes, IReadOnlyList<MaintenanceWindow> Windows)
{
    /// <summary>PL-09: never longer than this between two checks.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Shown = TimeSpan.FromHours(24);

    public MaintenanceWindow? UnderWay => Windows.FirstOrDefault(window => window.StartsAt <= Now && window.EndsAt > Now);

    public static async Task<HealthView> ReadAsync(IEnumerable<HealthCheck> checks, HealthLog log, Maintenance maintenance, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var length = HealthLog.SlotLength.Ticks;
        var last = new DateTimeOffset(now.UtcTicks - now.UtcTicks % length, TimeSpan.Zero);
        var slots = (int)(Shown.Ticks / length);
        var first = last - HealthLog.SlotLength * (slots - 1);
        var rows = (await log.ListAsync(cancellation)).ToDictionary(row => row.CheckId, StringComparer.Ordinal);
        var history = (await log.HistoryAsync(first, cancellation)).ToDictionary(slot => (slot.CheckId, slot.Slot), slot => slot.Worst);
        var views = checks.Select(check => new CheckView(
            check.Id, check.Japanese, check.English, rows.GetValueOrDefault(check.Id),
            [.. Enumerable.Range(0, slots).Select(slot => history.TryGetValue((check.Id, first + HealthLog.SlotLength * slot), out var worst) ? worst : (HealthState?)null)]))
            .OrderByDescending(check => check.Row?.State ?? HealthState.Ok).ThenBy(check => check.Id, StringComparer.Ordinal).ToList();
        var checkedAt = views.Max(check => check.Row?.CheckedAt);
        return new HealthView(
            now, views.Max(check => check.Row?.State) ?? HealthState.Ok, checkedAt, checkedAt is null || now - checkedAt > LongestPause, views,
            await log.NodesAsync(cancellation), await maintenance.ListAsync(cancellation));
    }
}
