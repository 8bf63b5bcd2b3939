using System.Globalization;
using Akashi.Platform.Calendar;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Traces.ClickHouse;

/// <summary>A day's rows in a load.</summary>
internal sealed record LoadedDay(JstDay Day, long Rows, long MinTime, long MaxTime);

/// <param name="Rows">All published ones of the day.</param>
internal sealed record SearchableDay(JstDay Day, long Rows, long MinTime, long MaxTime);

/// <summary>Rows that are there and do not count.</summary>
internal sealed record GoneRows(long FirstLoad, long LastLoad, JstDay FirstDay, JstDay LastDay);

/// <summary>What counts at one moment. Whatever is loaded, published or taken away afterwards, rows chosen by it stay the same.</summary>
/// <param name="Days">Those with traces in the time range, and their rows whatever their time.</param>
internal sealed record LoadSnapshot(long LastLoad, IReadOnlyList<SearchableDay> Days, IReadOnlyList<GoneRows> Gone);

/// <summary>
/// Which rows in ClickHouse are searchable. Rows are written in numbered loads; a load is first entered as open, and counts from the transaction that publishes
/// it and takes its batches off the pending list. Whoever dies in between leaves an open load behind, which no question sees; the batches are loaded anew.
/// So each trace counts exactly once without asking ClickHouse to know what it has.
/// </summary>
internal sealed class LoadBook(AkashiDatabase database, TimeProvider clock)
{
    private sealed class Row
    {
        public int Kind { get; init; }
        public long A { get; init; }
        public long B { get; init; }
        public long C { get; init; }
        public DateOnly? First { get; init; }
        public DateOnly? Last { get; init; }
    }

    /// <summary>One statement, so one consistent picture.</summary>
    private const string Snapshot = """
        SELECT 0 AS kind, last_load AS a, 0::bigint AS b, 0::bigint AS c, NULL::date AS first, NULL::date AS last FROM traces.cluster_head WHERE tenant_id = @tenant
        UNION ALL SELECT 1, first_load, last_load, 0, first_day, last_day FROM traces.cluster_gone WHERE tenant_id = @tenant
        UNION ALL SELECT 2, sum(rows)::bigint, min(min_time), max(max_time), day, day FROM traces.cluster_day WHERE tenant_id = @tenant
            GROUP BY day HAVING max(max_time) >= @first AND min(min_time) < @end
        """;

    private const string Number = """
        INSERT INTO traces.cluster_head AS head (tenant_id, last_load) VALUES (@tenant, 1)
        ON CONFLICT (tenant_id) DO UPDATE SET last_load = head.last_load + 1 RETURNING last_load
        """;

    private const string Open = """
        INSERT INTO traces.cluster_gone (tenant_id, gone_id, first_load, last_load, first_day, last_day, is_open, since)
        VALUES (@tenant, @gone, @load, @load, @first, @last, true, @now)
        """;

    private const string Disown = """
        INSERT INTO traces.cluster_gone (tenant_id, gone_id, first_load, last_load, first_day, last_day, is_open, since)
        VALUES (@tenant, @gone, @first, @highest, @firstDay, @lastDay, true, @now);
        UPDATE traces.cluster_head SET last_load = @highest WHERE tenant_id = @tenant
        """;

    private const string AddDay = """
        INSERT INTO traces.cluster_day AS known (tenant_id, day, published_on, keep, last_load, rows, min_time, max_time)
        VALUES (@Tenant, @Day, @today, @keep, @load, @Rows, @MinTime, @MaxTime)
        ON CONFLICT (tenant_id, day, published_on, keep) DO UPDATE SET last_load = greatest(known.last_load, excluded.last_load), rows = known.rows + excluded.rows,
            min_time = least(known.min_time, excluded.min_time), max_time = greatest(known.max_time, excluded.max_time)
        """;

    /// <param name="first">Unix milliseconds, included.</param>
    /// <param name="end">Unix milliseconds, excluded.</param>
    public async Task<LoadSnapshot> SnapshotAsync(TenantId tenant, long first, long end, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var rows = await session.QueryAsync<Row>(Snapshot, new { tenant, first, end }, cancellation);
        return new LoadSnapshot(
            rows.FirstOrDefault(row => row.Kind == 0)?.A ?? 0,
            [.. rows.Where(row => row.Kind == 2).Select(row => new SearchableDay(new JstDay(row.First!.Value), row.A, row.B, row.C))],
            [.. rows.Where(row => row.Kind == 1).Select(row => new GoneRows(row.A, row.B, new JstDay(row.First!.Value), new JstDay(row.Last!.Value)))]);
    }

    /// <summary>Enters a load as open, before its first row is written. Numbers become visible in their order, because each waits for the one before.</summary>
    public async Task<long> BeginAsync(TenantId tenant, JstDay first, JstDay last, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var load = await session.QuerySingleAsync<long>(Number, new { tenant }, cancellation);
        var now = clock.GetUtcNow();
        await session.ExecuteAsync(Open, new { tenant, gone = Guid.CreateVersion7(now), load, first, last, now }, cancellation);
        await session.CommitAsync(cancellation);
        return load;
    }

    /// <summary>Makes a load count, in the caller's transaction.</summary>
    public async Task PublishAsync(TenantSession session, WrittenLoad written, CancellationToken cancellation)
    {
        var (load, keep, days) = written;
        if (load == 0) return;
        var closed = await session.ExecuteAsync("DELETE FROM traces.cluster_gone WHERE tenant_id = @Tenant AND is_open AND first_load = @load AND last_load = @load", new { session.Tenant, load }, cancellation);
        if (closed != 1) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Load {load} is not open; it was taken for dead. Its batches are loaded anew."));
        var today = JstDay.Of(clock.GetUtcNow());
        foreach (var day in days)
            await session.ExecuteAsync(AddDay, new { session.Tenant, day.Day, today, keep, load, day.Rows, day.MinTime, day.MaxTime }, cancellation);
    }

    /// <summary>
    /// Rows of loads with higher numbers than any that was given out are from a time that the catalogue does not know: it was restored from a backup. They must
    /// not count when their numbers come up.
    /// </summary>
    /// <param name="highest">Number of the last load of which there are rows.</param>
    /// <returns>True when there are such rows.</returns>
    public async Task<bool> DisownAsync(TenantId tenant, long highest, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync("INSERT INTO traces.cluster_head (tenant_id, last_load) VALUES (@tenant, 0) ON CONFLICT DO NOTHING", new { tenant }, cancellation);
        var last = await session.QuerySingleAsync<long>("SELECT last_load FROM traces.cluster_head WHERE tenant_id = @tenant FOR UPDATE", new { tenant }, cancellation);
        if (highest <= last) return false;
        var now = clock.GetUtcNow();
        await session.ExecuteAsync(Disown, new { tenant, gone = Guid.CreateVersion7(now), first = last + 1, highest, firstDay = DateOnly.MinValue, lastDay = DateOnly.MaxValue, now }, cancellation);
        await session.CommitAsync(cancellation);
        return true;
    }

    /// <summary>From now on the published rows of a day up to a load do not count, in the caller's transaction.</summary>
    public async Task TakeAwayAsync(TenantSession session, JstDay day, long lastLoad, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await session.ExecuteAsync("DELETE FROM traces.cluster_day WHERE tenant_id = @Tenant AND day = @day AND last_load <= @lastLoad", new { session.Tenant, day, lastLoad }, cancellation);
        await session.ExecuteAsync(
            "INSERT INTO traces.cluster_gone (tenant_id, gone_id, first_load, last_load, first_day, last_day, is_open, since) VALUES (@Tenant, @gone, 0, @lastLoad, @day, @day, false, @now)",
            new { session.Tenant, gone = Guid.CreateVersion7(now), lastLoad, day, now }, cancellation);
    }
}
