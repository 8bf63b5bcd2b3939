using Akashi.Platform.Audit;
using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Retention;

/// <summary>A period as it holds for a tenant.</summary>
public sealed record RetentionPeriod(RetentionClass Class, int Days);

/// <param name="Class">Id of the class.</param>
public sealed record RecordedDeletion(Guid Id, string Class, JstDay Day, DateTimeOffset DeletedAt, long Items, long Bytes, Sha256 Digest);

/// <summary>Periods of each tenant and the proof of what was deleted.</summary>
public sealed class RetentionBook(AkashiDatabase database, AuditLog audit, IEnumerable<IRetained> retained, TimeProvider clock)
{
    public const string ChangeAction = "retention.change";
    public const string DeleteAction = "retention.delete";

    private sealed record Setting(string Class, int Days);

    /// <summary>All classes; the tenant's own period where it lengthened one.</summary>
    public async Task<IReadOnlyList<RetentionPeriod>> PeriodsAsync(TenantId tenant, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var own = (await session.QueryAsync<Setting>("SELECT class, days FROM platform.retention_setting WHERE tenant_id = @tenant", new { tenant }, cancellation))
            .ToDictionary(setting => setting.Class, setting => setting.Days, StringComparer.Ordinal);
        // A default that grew since is not shortened by an older setting.
        return [.. RetentionClass.All.Select(kind => new RetentionPeriod(kind, Math.Max(kind.DefaultDays, own.GetValueOrDefault(kind.Id))))];
    }

    /// <returns>The period, or why it cannot be: shorter than the default, or longer than is kept at all.</returns>
    public async Task<Outcome<RetentionPeriod>> ChangeAsync(TenantId tenant, AuditActor actor, string classId, int days, CancellationToken cancellation)
    {
        if (RetentionClass.All.FirstOrDefault(known => known.Id == classId) is not { } kind)
            return new FieldInvalid("class", classId, string.Join(", ", RetentionClass.All.Select(known => known.Id)));
        if (days < kind.DefaultDays || days > RetentionClass.MaximumDays)
            return new FieldInvalid("days", days.ToString(System.Globalization.CultureInfo.InvariantCulture), $"{kind.DefaultDays}–{RetentionClass.MaximumDays}");
        var before = (await PeriodsAsync(tenant, cancellation)).Single(period => period.Class == kind).Days;
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync(
            "INSERT INTO platform.retention_setting (tenant_id, class, days) VALUES (@tenant, @Id, @days) ON CONFLICT (tenant_id, class) DO UPDATE SET days = excluded.days",
            new { tenant, kind.Id, days }, cancellation);
        await audit.WriteAsync(session, actor, new AuditEntry(ChangeAction, kind.Id, new { Days = before }, new { Days = days }), cancellation);
        await session.CommitAsync(cancellation);
        return new RetentionPeriod(kind, days);
    }

    /// <summary>Deletes what is past its period, class by class.</summary>
    /// <returns>How many items.</returns>
    public async Task<long> ApplyAsync(TenantId tenant, CancellationToken cancellation)
    {
        var periods = (await PeriodsAsync(tenant, cancellation)).ToDictionary(period => period.Class, period => period.Days);
        var today = JstDay.Of(clock.GetUtcNow());
        var items = 0L;
        foreach (var owner in retained)
        {
            await owner.DeleteBeforeAsync(tenant, today.AddDays(-periods[owner.Class]), async (session, deletions) =>
            {
                foreach (var deletion in deletions)
                {
                    await RecordAsync(session, owner.Class, deletion, cancellation);
                    items += deletion.Items;
                }
            }, cancellation);
        }
        return items;
    }

    /// <summary>Newest first.</summary>
    /// <param name="before">Id of the last one of the page before.</param>
    public async Task<IReadOnlyList<RecordedDeletion>> DeletionsAsync(TenantId tenant, Guid? before, int limit, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        return await session.QueryAsync<RecordedDeletion>("""
            SELECT id, class, day, deleted_at, items, bytes, digest FROM platform.retention_deletion
            WHERE tenant_id = @tenant AND (@before::uuid IS NULL OR id < @before) ORDER BY id DESC LIMIT @limit
            """, new { tenant, before, limit }, cancellation);
    }

    private async Task RecordAsync(TenantSession session, RetentionClass kind, RetentionDeletion deletion, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await session.ExecuteAsync(
            "INSERT INTO platform.retention_deletion (tenant_id, id, class, day, deleted_at, items, bytes, digest) VALUES (@Tenant, @record, @Id, @Day, @now, @Items, @Bytes, @Digest)",
            new { session.Tenant, record = Guid.CreateVersion7(now), kind.Id, deletion.Day, now, deletion.Items, deletion.Bytes, deletion.Digest }, cancellation);
        await audit.WriteAsync(
            session, AuditActor.Service("retention"), new AuditEntry(DeleteAction, $"{kind.Id} {deletion.Day}", null, new { deletion.Items, deletion.Bytes, Digest = deletion.Digest.ToString() }), cancellation);
    }
}
