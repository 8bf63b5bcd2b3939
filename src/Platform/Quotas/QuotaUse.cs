using System.Diagnostics.Metrics;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Metrics;
using Akashi.Platform.Tenancy;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akashi.Platform.Quotas;

/// <param name="UsedHour">In the last hour: requests, bytes of batches, or searches.</param>
/// <param name="RefusedHour">Requests, batches or searches that were asked to come back.</param>
public sealed record QuotaUsed(QuotaKind Kind, long UsedHour, long RefusedHour, long UsedDay, long RefusedDay);

/// <summary>
/// Counts what each tenant used and was refused, in memory, and adds it to the database once a minute: a crash loses the last minute of these
/// figures, and nothing else.
/// </summary>
public sealed partial class QuotaUse(AkashiDatabase database, ServiceMetrics metrics, TimeProvider clock, ILogger<QuotaUse> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Slot = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(2);

    /// <summary>While the database is away no more than this is remembered.</summary>
    private const int MaximumPending = 100_000;

    private const string Write = """
        INSERT INTO platform.quota_use (tenant_id, slot, kind, used, refused) SELECT @tenant, slot, kind, used, refused FROM unnest(@slots, @kinds, @used, @refused) AS added (slot, kind, used, refused)
        ORDER BY slot, kind
        ON CONFLICT (tenant_id, slot, kind) DO UPDATE SET used = quota_use.used + excluded.used, refused = quota_use.refused + excluded.refused
        """;

    private const string Read = """
        SELECT kind, coalesce(sum(used) FILTER (WHERE slot > @hour), 0)::bigint AS used_hour, coalesce(sum(refused) FILTER (WHERE slot > @hour), 0)::bigint AS refused_hour,
               sum(used)::bigint AS used_day, sum(refused)::bigint AS refused_day
        FROM platform.quota_use WHERE tenant_id = @tenant AND slot > @day GROUP BY kind
        """;

    private readonly Counter<long> _refusals = metrics.Meter.CreateCounter<long>("akashi.quota.refusals", "{refusal}", "Requests that were asked to come back later, by reason.");
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private Dictionary<(TenantId Tenant, DateTimeOffset Slot, QuotaKind Kind), (long Used, long Refused)> _pending = [];

    /// <param name="refusal">Null when it was allowed.</param>
    public void Add(TenantId tenant, QuotaKind kind, long amount, Failure? refusal)
    {
        if (refusal is not null) _refusals.Add(1, new KeyValuePair<string, object?>("reason", refusal.Code));
        var now = clock.GetUtcNow();
        Add((tenant, new DateTimeOffset(now.UtcTicks - now.UtcTicks % Slot.Ticks, TimeSpan.Zero), kind), refusal is null ? (amount, 0) : (0, 1));
    }

    /// <summary>Steps of ten minutes that begin within the last hour or day; other nodes' last minute is missing.</summary>
    public async Task<IReadOnlyList<QuotaUsed>> ReadAsync(TenantId tenant, CancellationToken cancellation)
    {
        await FlushAsync(tenant, cancellation);
        var now = clock.GetUtcNow();
        var rows = await database.QueryOnceAsync<Row>(tenant, Read, new { tenant, hour = now.AddHours(-1), day = now.AddDays(-1) }, cancellation);
        return [.. Enum.GetValues<QuotaKind>().Select(kind => rows.FirstOrDefault(row => row.Kind == NameOf(kind)) is { } row
            ? new QuotaUsed(kind, row.UsedHour, row.RefusedHour, row.UsedDay, row.RefusedDay)
            : new QuotaUsed(kind, 0, 0, 0, 0))];
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await FlushAllAsync(stoppingToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await FlushAllAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _writing.Dispose();
        base.Dispose();
    }

    private async Task FlushAllAsync(CancellationToken cancellation)
    {
        TenantId[] tenants;
        lock (_gate) tenants = [.. _pending.Keys.Select(key => key.Tenant).Distinct()];
        try
        {
            foreach (var tenant in tenants) await FlushAsync(tenant, cancellation);
        }
        catch (Exception e) when (e is not OutOfMemoryException and not OperationCanceledException)
        {
            LogKept(e);
        }
    }

    private async Task FlushAsync(TenantId tenant, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            var mine = Take(tenant);
            if (mine.Count == 0) return;
            try
            {
                await WriteAsync(tenant, mine, cancellation);
            }
            catch
            {
                foreach (var one in mine) Add(one.Key, one.Value);
                throw;
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task WriteAsync(TenantId tenant, List<KeyValuePair<(TenantId Tenant, DateTimeOffset Slot, QuotaKind Kind), (long Used, long Refused)>> added, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync(Write, new
        {
            tenant,
            slots = added.ConvertAll(one => one.Key.Slot).ToArray(),
            kinds = added.ConvertAll(one => NameOf(one.Key.Kind)).ToArray(),
            used = added.ConvertAll(one => one.Value.Used).ToArray(),
            refused = added.ConvertAll(one => one.Value.Refused).ToArray(),
        }, cancellation);
        await session.ExecuteAsync("DELETE FROM platform.quota_use WHERE tenant_id = @tenant AND slot < @before", new { tenant, before = clock.GetUtcNow() - Kept }, cancellation);
        await session.CommitAsync(cancellation);
    }

    private List<KeyValuePair<(TenantId Tenant, DateTimeOffset Slot, QuotaKind Kind), (long Used, long Refused)>> Take(TenantId tenant)
    {
        lock (_gate)
        {
            var mine = _pending.Where(one => one.Key.Tenant == tenant).ToList();
            foreach (var one in mine) _pending.Remove(one.Key);
            return mine;
        }
    }

    private void Add((TenantId Tenant, DateTimeOffset Slot, QuotaKind Kind) key, (long Used, long Refused) more)
    {
        lock (_gate)
        {
            if (_pending.TryGetValue(key, out var sum)) _pending[key] = (sum.Used + more.Used, sum.Refused + more.Refused);
            else if (_pending.Count < MaximumPending) _pending[key] = more;
        }
    }

    private static string NameOf(QuotaKind kind) => kind.ToString().ToLowerInvariant();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Use of quotas could not be written; it is kept for the next time.")]
    private partial void LogKept(Exception exception);

    private sealed record Row(string Kind, long UsedHour, long RefusedHour, long UsedDay, long RefusedDay);
}
