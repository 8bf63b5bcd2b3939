using Akashi.Platform.Calendar;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Traces.Rebuild;

/// <param name="Failure">Why the last try failed; null before the first.</param>
internal sealed record RequestedRebuild(JstDay Day, DateTimeOffset RequestedAt, string? Failure);

/// <summary>Days whose segments are to be made anew. They wait in the database, so a request outlives the process.</summary>
internal sealed class RebuildQueue(AkashiDatabase database, TimeProvider clock)
{
    private sealed record Row(DateOnly Day, DateTime RequestedAt, string? Failure);

    /// <summary>Asks for a day, or for every day that is searchable.</summary>
    /// <returns>How many days wait now.</returns>
    public async Task<int> RequestAsync(TenantId tenant, JstDay? day, CancellationToken cancellation)
    {
        const string sql = """
            INSERT INTO traces.rebuild AS waiting (tenant_id, day, requested_at)
            SELECT DISTINCT @tenant, day, @now::timestamptz FROM (
                SELECT day FROM traces.segment WHERE tenant_id = @tenant AND retired_at IS NULL
                UNION SELECT day FROM traces.cluster_day WHERE tenant_id = @tenant) AS searchable
            WHERE @day::date IS NULL OR day = @day
            ON CONFLICT (tenant_id, day) DO UPDATE SET requested_at = excluded.requested_at, failure = NULL
            """;
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync(sql, new { tenant, day, now = clock.GetUtcNow() }, cancellation);
        var waiting = await session.QuerySingleAsync<long>("SELECT count(*) FROM traces.rebuild WHERE tenant_id = @tenant", new { tenant }, cancellation);
        await session.CommitAsync(cancellation);
        return (int)waiting;
    }

    public async Task<IReadOnlyList<RequestedRebuild>> ListAsync(TenantId tenant, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var rows = await session.QueryAsync<Row>("SELECT day, requested_at, failure FROM traces.rebuild WHERE tenant_id = @tenant ORDER BY failure IS NOT NULL, day", new { tenant }, cancellation);
        return [.. rows.Select(row => new RequestedRebuild(new JstDay(row.Day), new DateTimeOffset(row.RequestedAt, TimeSpan.Zero), row.Failure))];
    }

    public async Task DoneAsync(TenantId tenant, JstDay day, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync("DELETE FROM traces.rebuild WHERE tenant_id = @tenant AND day = @day", new { tenant, day }, cancellation);
        await session.CommitAsync(cancellation);
    }

    public async Task FailedAsync(TenantId tenant, JstDay day, string failure, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync("UPDATE traces.rebuild SET failure = @failure WHERE tenant_id = @tenant AND day = @day", new { tenant, day, failure }, cancellation);
        await session.CommitAsync(cancellation);
    }
}
