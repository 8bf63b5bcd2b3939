using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Health;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Health;

/// <summary>The service's health for programs.</summary>
internal static class HealthApi
{
    /// <param name="State"><c>ok</c>, <c>warning</c>, <c>failing</c>, or <c>unknown</c> before the first run.</param>
    internal sealed record CheckAnswer(string Id, string Japanese, string English, string State, DateTimeOffset? Since, DateTimeOffset? CheckedAt, string JapaneseMessage, string EnglishMessage);

    internal sealed record NodeAnswer(string HostName, string Version, DateTimeOffset StartedAt, DateTimeOffset SeenAt);

    internal sealed record MaintenanceAnswer(Guid Id, DateTimeOffset From, DateTimeOffset To, string Note);

    /// <param name="State">The worst of all checks.</param>
    /// <param name="Stale">The checks have not run for more than five minutes: no node runs jobs.</param>
    internal sealed record HealthAnswer(string State, bool Stale, DateTimeOffset? CheckedAt, IReadOnlyList<CheckAnswer> Checks, IReadOnlyList<NodeAnswer> Nodes, IReadOnlyList<MaintenanceAnswer> Maintenance);

    public static async Task<IResult> GetAsync(IEnumerable<HealthCheck> checks, HealthLog log, Maintenance maintenance, TimeProvider clock, CancellationToken cancellation)
    {
        var view = await HealthView.ReadAsync(checks, log, maintenance, clock, cancellation);
        return Results.Json(new HealthAnswer(
            Word(view.Worst), view.Stale, view.CheckedAt,
            [.. view.Checks.Select(check => new CheckAnswer(check.Id, check.Japanese, check.English, check.Row is { } row ? Word(row.State) : "unknown", check.Row?.Since, check.Row?.CheckedAt, check.Row?.Japanese ?? "", check.Row?.English ?? ""))],
            [.. view.Nodes.Select(node => new NodeAnswer(node.HostName, node.Version, node.StartedAt, node.SeenAt))],
            [.. view.Windows.Select(ToAnswer)]));
    }

    public static async Task<IResult> PostMaintenanceAsync(MaintenanceInput input, HttpContext context, Maintenance maintenance, TimeProvider clock)
    {
        if (!input.Read(clock.GetUtcNow()).TryGet(out var window, out var failure)) return failure.ToProblem();
        var announced = await maintenance.AnnounceAsync(context.Caller().Tenant, AuditActor.Of(context), window.From, window.To, window.Note, context.RequestAborted);
        return Results.Json(ToAnswer(announced), statusCode: StatusCodes.Status201Created);
    }

    public static async Task<IResult> DeleteMaintenanceAsync(Guid id, HttpContext context, Maintenance maintenance)
    {
        await maintenance.RemoveAsync(context.Caller().Tenant, AuditActor.Of(context), id, context.RequestAborted);
        return Results.NoContent();
    }

    private static MaintenanceAnswer ToAnswer(MaintenanceWindow window) => new(window.Id, window.StartsAt, window.EndsAt, window.Note);

    private static string Word(HealthState state) => state.ToString().ToLowerInvariant();
}
