using Akashi.Platform.Database;
using Akashi.Platform.Objects;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Index;

namespace Akashi.Traces.ClickHouse;

/// <summary>A tenant's traces in ClickHouse, from its first day to the end of its contract.</summary>
internal sealed class ClickHouseTenants(AkashiDatabase database, ClickHouseServer server, ClickHouseSchema schema, TimeProvider clock) : ITenantFiles
{
    private const string Enter = "INSERT INTO traces.cluster_head (tenant_id, last_load) VALUES (@tenant, 0) ON CONFLICT DO NOTHING";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>What was searched in another store is loaded here from the archive, in the background.</summary>
    public async Task EnterAsync(TenantId tenant, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        if (await session.ExecuteAsync(Enter, new { tenant }, cancellation) == 0) return;
        await session.ExecuteAsync(StoreUpgrade.IndexAnew, new { tenant, now = clock.GetUtcNow() }, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>ClickHouse has no key of the tenant that could be destroyed: rows are deleted, and it is waited for until none is left.</summary>
    public async Task DeleteAllAsync(TenantId tenant, CancellationToken cancellation)
    {
        await schema.EnsureAsync(cancellation);
        var rows = $"tenant = {SqlLiteral.Of(tenant.ToString())}";
        var started = clock.GetTimestamp();
        for (var isBegun = false; await server.ReadAsync($"SELECT count() FROM {schema.Table} WHERE {rows}", cancellation) != "0"; isBegun = true)
        {
            if (!isBegun) await server.ChangeRowsAsync($"ALTER TABLE {schema.Stored} DELETE WHERE {rows}", cancellation);
            if (clock.GetElapsedTime(started) > Patience) throw new TimeoutException("ClickHouse still deletes the tenant's traces. Try again later.");
            await Task.Delay(Pause, cancellation);
        }
    }
}
