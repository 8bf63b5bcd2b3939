using System.Collections.Concurrent;
using System.Globalization;
using Akashi.Identity.Contracts;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Archive;
using Akashi.Traces.Index;
using Akashi.Traces.Search;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akashi.Traces.ClickHouse;

/// <summary>
/// Writes archived batches to ClickHouse, as <see cref="Indexer"/> makes segments of them. One node at a time works for a tenant. While ClickHouse is away the
/// batches stay pending in the archive; the pauses between tries grow.
/// </summary>
internal sealed partial class ClickHouseLoader(
    AkashiDatabase database, TenantDirectory tenants, ManifestLog manifests, PendingBatches pending, LoadBook book, LoadWriter writer, ClickHouseServer server, ClickHouseSchema schema,
    ClickHouseCleaner cleaner, ClickHouseRebuild rebuild, TimeProvider clock, ILogger<ClickHouseLoader> logger) : BackgroundService
{
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FullScan = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private const long MaximumLogBytes = 32 << 20;

    /// <summary>Held while rows of a tenant are written and published.</summary>
    public const string TryLock = "SELECT pg_try_advisory_xact_lock(hashtextextended('traces.load ' || @tenant, 0))";
    private const string TakeBatches = "DELETE FROM traces.pending_batch WHERE tenant_id = @tenant AND leaf_index = ANY(@leaves)";

    private readonly WaitingTenants _waiting = new();
    private readonly ConcurrentDictionary<TenantId, bool> _known = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        manifests.Added += _waiting.Wake;
        var (lastScan, pause) = (DateTimeOffset.MinValue, FirstPause);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                IReadOnlyList<TenantId> all = [];
                if (clock.GetUtcNow() - lastScan > FullScan)
                {
                    all = [.. (await tenants.ListAsync(stoppingToken)).Select(tenant => tenant.Id)];
                    foreach (var tenant in all) _waiting.Add(tenant);
                    lastScan = clock.GetUtcNow();
                }
                await InTurnAsync(_waiting.All, async tenant =>
                {
                    _waiting.Remove(tenant);
                    if (await LoadAsync(tenant, stoppingToken)) _waiting.Add(tenant);
                });
                // Afterwards, so that what fails here holds up no load.
                await InTurnAsync(all, async tenant =>
                {
                    await rebuild.RunNextAsync(tenant, stoppingToken);
                    await cleaner.RunAsync(tenant, stoppingToken);
                });
                pause = FirstPause;
                if (_waiting.IsEmpty) await _waiting.WaitAsync(FullScan, stoppingToken);
                await Task.Delay(Gather, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The database or ClickHouse may be away: nothing is lost, the batches stay pending.
                LogRoundFailed(e, e is TraceStoreException away ? away.Failure.Cause ?? e.Message : e.Message, pause);
                lastScan = DateTimeOffset.MinValue;
                await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>What is wrong with one tenant's traces does not hold up the next; that ClickHouse is away does.</summary>
    private static async Task InTurnAsync(IReadOnlyList<TenantId> tenants, Func<TenantId, Task> work)
    {
        var failures = new List<Exception>();
        foreach (var tenant in tenants)
        {
            try
            {
                await work(tenant);
            }
            catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException or TraceStoreException { Failure: TraceStoreAway or TraceStoreTooOld }))
            {
                failures.Add(e);
            }
        }
        if (failures.Count > 0) throw new AggregateException(failures);
    }

    /// <returns>True when more may be pending.</returns>
    internal async Task<bool> LoadAsync(TenantId tenant, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        if (!await session.QuerySingleAsync<bool>(TryLock, new { tenant = tenant.ToString() }, cancellation)) return true; // another node is at it
        var (batches, areMore) = await pending.NextAsync(tenant, MaximumLogBytes, cancellation);
        if (batches.Count == 0) return false;
        await schema.EnsureAsync(cancellation);
        await KnowAsync(tenant, cancellation);
        using var logs = await pending.ReadSoundAsync(tenant, batches, cancellation);
        if (logs.All.Count > 0)
        {
            var written = await writer.WriteAsync(tenant, logs.All, only: null, cancellation);
            var leaves = logs.All.Select(log => log.Batch.LeafIndex).ToArray();
            var taken = await session.ExecuteAsync(TakeBatches, new { tenant, leaves }, cancellation);
            if (taken != leaves.Length) throw new InvalidOperationException($"{leaves.Length - taken} of {leaves.Length} batches were loaded elsewhere; this load is dropped.");
            await book.PublishAsync(session, written, cancellation);
            await session.CommitAsync(cancellation);
        }
        return logs.All.Count > 0 && areMore;
    }

    /// <summary>Once before the first load, while nobody else writes for the tenant.</summary>
    private async Task KnowAsync(TenantId tenant, CancellationToken cancellation)
    {
        if (_known.ContainsKey(tenant)) return;
        var highest = await server.ReadAsync($"SELECT max(load) FROM {schema.Table} WHERE tenant = {SqlLiteral.Of(tenant.ToString())}", cancellation);
        if (await book.DisownAsync(tenant, long.Parse(highest, CultureInfo.InvariantCulture), cancellation)) LogDisowned(tenant);
        _known[tenant] = true;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Writing traces to ClickHouse was interrupted ({Reason}) and will be tried again in {Pause}; archived batches stay pending.")]
    private partial void LogRoundFailed(Exception exception, string reason, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "ClickHouse has traces of tenant {Tenant} that the catalogue does not know, as after a restore from a backup. They do not count and are removed.")]
    private partial void LogDisowned(TenantId tenant);
}
