using System.Globalization;
using Akashi.Platform.Calendar;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Traces.ClickHouse;

/// <summary>
/// Removes rows that do not count from the disk: a whole partition when no tenant needs it any more, else the tenant's rows of it. Whether it is done is seen by
/// counting; only then the entry goes, so a rest never comes to count.
/// </summary>
internal sealed class ClickHouseCleaner(AkashiDatabase database, ClickHouseServer server, ClickHouseSchema schema, TimeProvider clock)
{
    /// <summary>Longer than a load may be under way and a search may run.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(15);

    /// <summary>So long a day waits for the other tenants of its class, whose retention runs in the same night.</summary>
    private static readonly TimeSpan Shared = TimeSpan.FromDays(2);

    private sealed class Entry
    {
        public Guid GoneId { get; init; }
        public long FirstLoad { get; init; }
        public long LastLoad { get; init; }
        public DateOnly FirstDay { get; init; }
        public DateOnly LastDay { get; init; }
        public bool IsOpen { get; init; }
        public DateTime Since { get; init; }

        public GoneRows Rows => new(FirstLoad, LastLoad, new JstDay(FirstDay), new JstDay(LastDay));
    }

    public async Task RunAsync(TenantId tenant, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        foreach (var entry in await ListAsync(tenant, now - Grace, cancellation))
        {
            await schema.EnsureAsync(cancellation);
            var rows = $"tenant = {SqlLiteral.Of(tenant.ToString())} AND {TraceScope.Condition(entry.Rows)}";
            var keeps = await server.ReadAsync($"SELECT keep FROM {schema.Table} WHERE {rows} GROUP BY keep", cancellation);
            if (keeps.Length == 0)
            {
                await ForgetAsync(tenant, entry.GoneId, cancellation);
                continue;
            }
            var dropped = !entry.IsOpen && await DropAsync(entry, keeps, cancellation);
            if (dropped || !entry.IsOpen && now - new DateTimeOffset(entry.Since, TimeSpan.Zero) < Shared) continue; // counted in the next run
            // One at a time: it is begun again only when the one before has come to its end.
            if (await server.ReadAsync($"SELECT count() FROM system.mutations WHERE database = {SqlLiteral.Of(server.Database)} AND is_done = 0", cancellation) == "0")
                await server.ChangeRowsAsync($"ALTER TABLE {schema.Stored} DELETE WHERE {rows}", cancellation);
        }
    }

    /// <summary>Drops the day's partitions if no tenant has rows in them that count or are under way.</summary>
    private async Task<bool> DropAsync(Entry entry, string keeps, CancellationToken cancellation)
    {
        var isDropped = true;
        foreach (var text in keeps.Split('\n'))
        {
            var keep = int.Parse(text, CultureInfo.InvariantCulture);
            var isUsed = (await database.QueryBeforeTenantAsync<bool>("SELECT traces.cluster_partition_used(@keep, @day)", new { keep, day = entry.FirstDay }, cancellation))[0];
            if (isUsed) isDropped = false;
            else await server.ChangeRowsAsync(string.Create(CultureInfo.InvariantCulture, $"ALTER TABLE {schema.Stored} DROP PARTITION ({keep}, {entry.FirstDay.DayNumber})"), cancellation);
        }
        return isDropped;
    }

    private async Task<IReadOnlyList<Entry>> ListAsync(TenantId tenant, DateTimeOffset before, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        return await session.QueryAsync<Entry>("SELECT gone_id, first_load, last_load, first_day, last_day, is_open, since FROM traces.cluster_gone WHERE tenant_id = @tenant AND since < @before ORDER BY since", new { tenant, before }, cancellation);
    }

    private async Task ForgetAsync(TenantId tenant, Guid gone, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync("DELETE FROM traces.cluster_gone WHERE tenant_id = @tenant AND gone_id = @gone", new { tenant, gone }, cancellation);
        await session.CommitAsync(cancellation);
    }
}
