using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Portal.Contracts;

namespace Akashi.Operations.Health;

internal sealed record MaintenanceWindow(Guid Id, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string Note);

/// <param name="From">As an input for date and time sends it, Japan time.</param>
internal sealed record MaintenanceInput(string? From, string? To, string? Note)
{
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);
    public const int MaximumNote = 200;

    public Outcome<(DateTimeOffset From, DateTimeOffset To, string Note)> Read(DateTimeOffset now)
    {
        if (!Jst.TryParseInput(From, out var from)) return new FieldInvalid("from", From, "yyyy-MM-ddTHH:mm (JST)");
        if (!Jst.TryParseInput(To, out var to) || to <= from) return new FieldInvalid("to", To, "> from");
        // A window without end would silence every alarm for good.
        if (to - from > Longest) return new FieldInvalid("to", To, $"≤ from + {Longest.TotalDays} d");
        if (to <= now) return new FieldInvalid("to", To, "> now");
        var note = Note?.Trim() ?? "";
        if (note.Length is 0 or > MaximumNote || note.Any(char.IsControl)) return new FieldInvalid("note", Note, $"1–{MaximumNote}");
        return (from.ToUniversalTime(), to.ToUniversalTime(), note);
    }
}

/// <summary>Announced maintenance, during which alarms are silent.</summary>
internal sealed class Maintenance(AkashiDatabase database, AuditLog audit, TimeProvider clock)
{
    public const string Announced = "maintenance.announced";
    public const string Removed = "maintenance.removed";
    private const int MaximumListed = 100;

    public static readonly AuditActionName[] Actions =
    [
        new(Announced, "メンテナンスの予定の登録", "Maintenance announced"),
        new(Removed, "メンテナンスの予定の取り消し", "Maintenance taken back"),
    ];

    public async Task<bool> IsUnderWayAsync(CancellationToken cancellation) =>
        (await database.QueryBeforeTenantAsync<bool>("SELECT EXISTS (SELECT FROM operations.maintenance_window WHERE starts_at <= @now AND ends_at > @now)", new { now = clock.GetUtcNow() }, cancellation))[0];

    /// <summary>Those that are not over.</summary>
    public Task<IReadOnlyList<MaintenanceWindow>> ListAsync(CancellationToken cancellation) => database.QueryBeforeTenantAsync<MaintenanceWindow>(
        "SELECT id, starts_at, ends_at, note FROM operations.maintenance_window WHERE ends_at > @now ORDER BY starts_at, id LIMIT @MaximumListed", new { now = clock.GetUtcNow(), MaximumListed }, cancellation);

    /// <param name="operatorTenant">Whose audit log tells of it.</param>
    public async Task<MaintenanceWindow> AnnounceAsync(TenantId operatorTenant, AuditActor actor, DateTimeOffset from, DateTimeOffset to, string note, CancellationToken cancellation)
    {
        var window = new MaintenanceWindow(Guid.CreateVersion7(clock.GetUtcNow()), from, to, note);
        await using var session = await database.OpenAsync(operatorTenant, cancellation);
        await session.ExecuteAsync("INSERT INTO operations.maintenance_window (id, starts_at, ends_at, note) VALUES (@Id, @StartsAt, @EndsAt, @Note)", window, cancellation);
        await audit.WriteAsync(session, actor, new AuditEntry(Announced, window.Id.ToString(), null, new { window.StartsAt, window.EndsAt, window.Note }), cancellation);
        await session.CommitAsync(cancellation);
        return window;
    }

    /// <returns>False when there is none of this id.</returns>
    public async Task<bool> RemoveAsync(TenantId operatorTenant, AuditActor actor, Guid id, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(operatorTenant, cancellation);
        if (await session.ExecuteAsync("DELETE FROM operations.maintenance_window WHERE id = @id", new { id }, cancellation) == 0) return false;
        await audit.WriteAsync(session, actor, new AuditEntry(Removed, id.ToString()), cancellation);
        await session.CommitAsync(cancellation);
        return true;
    }
}
