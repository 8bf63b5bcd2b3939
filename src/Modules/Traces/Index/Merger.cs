using System.Collections.Concurrent;
using Akashi.Identity.Contracts;
using Akashi.Platform.Database;
using Akashi.Platform.Hosting;
using Akashi.Platform.Objects;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Rebuild;
using Akashi.Traces.Search;
using Akashi.Traces.Store;
using Akashi.Traces.Store.Writing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akashi.Traces.Index;

/// <summary>Merges small segments in the background and removes the files of retired ones once no search can still need them.</summary>
internal sealed partial class Merger(
    AkashiDatabase database, TenantDirectory tenants, PendingBatches pending, SegmentCatalogue catalogue, SegmentFolder folder, SegmentReaders readers, DayRebuild rebuild, TimeProvider clock, ILogger<Merger> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const int MaximumRounds = 8; // then all tenants are looked at again

    /// <summary>Longer than any search may run.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    /// <summary>Left as they are until they are made anew, or the service starts again.</summary>
    private readonly ConcurrentDictionary<Guid, bool> _damaged = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await MergeInTurnAsync([.. (await tenants.ListAsync(stoppingToken)).Select(tenant => tenant.Id)], stoppingToken);
            }
            catch (Exception e) when (e is not OutOfMemoryException && !stoppingToken.IsCancellationRequested)
            {
                LogRoundFailed(e);
            }
        }
    }

    /// <summary>A few periods of each tenant's, then the next of those that have more: many of one do not hold up another.</summary>
    private async Task MergeInTurnAsync(IReadOnlyList<TenantId> waiting, CancellationToken cancellation)
    {
        for (var round = 0; round < MaximumRounds && waiting.Count > 0; round++)
        {
            var more = new List<TenantId>();
            foreach (var tenant in waiting)
            {
                // What is wrong with one holds up neither the others nor the next tenant.
                await TryAsync(() => rebuild.RunNextAsync(tenant, cancellation), cancellation);
                await TryAsync(async () =>
                {
                    if (pending.Backlog != tenant && await MergeAsync(tenant, Environment.ProcessorCount, cancellation) > 0) more.Add(tenant);
                }, cancellation);
                await TryAsync(() => RemoveRetiredAsync(tenant, cancellation), cancellation);
            }
            waiting = more;
        }
    }

    private async Task TryAsync(Func<Task> work, CancellationToken cancellation)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is not OutOfMemoryException && !cancellation.IsCancellationRequested)
        {
            LogRoundFailed(e);
        }
    }

    internal Task<int> MergeAsync(TenantId tenant, CancellationToken cancellation) => MergeAsync(tenant, int.MaxValue, cancellation);

    /// <returns>How many segments were merged into others.</returns>
    private async Task<int> MergeAsync(TenantId tenant, int periods, CancellationToken cancellation)
    {
        var merged = 0;
        var live = (await catalogue.LiveAsync(tenant, cancellation)).Where(segment => !_damaged.ContainsKey(segment.Id)).ToList();
        await Parallel.ForEachAsync(MergePlan.Of(live, clock.GetUtcNow()).Take(periods), cancellation, async (sources, _) =>
        {
            try
            {
                await MergeAsync(tenant, sources, cancellation);
                Interlocked.Add(ref merged, sources.Count);
            }
            catch (SegmentDamagedException e)
            {
                LogDamaged(e, e.Damage.SegmentId, tenant);
                _damaged[e.Damage.SegmentId] = true;
            }
        });
        return merged;
    }

    private async Task MergeAsync(TenantId tenant, IReadOnlyList<SegmentInfo> sources, CancellationToken cancellation)
    {
        using var lease = readers.Use(tenant, sources);
        var into = await BackgroundThread.RunAsync(() => new SegmentMerger(clock).Merge(tenant, folder.Of(tenant), lease.Readers, id => folder.KeyOf(tenant, id), cancellation));
        try
        {
            var rows = sources.Sum(segment => segment.Rows);
            if (into.Rows != rows) throw new InvalidDataException($"The merged segment has {into.Rows} rows instead of {rows}; it is not used.");
            await catalogue.ReplaceAsync(tenant, sources.Select(segment => segment.Id).ToList(), [into], cancellation);
        }
        catch
        {
            folder.Abandon(tenant, [into], clock.GetUtcNow());
            throw;
        }
    }

    internal async Task RemoveRetiredAsync(TenantId tenant, CancellationToken cancellation)
    {
        var before = clock.GetUtcNow() - Grace;
        await folder.SweepAbandonedAsync(tenant, before, () => catalogue.FileNamesAsync(tenant, cancellation));
        var retired = await catalogue.RetiredBeforeAsync(tenant, before, cancellation);
        if (retired.Count == 0) return;
        await using var session = await database.OpenAsync(tenant, cancellation);
        if (!await DeletionGate.TryPassAsync(session, cancellation)) return;
        foreach (var segment in retired)
        {
            readers.Forget(segment.SegmentId);
            File.Delete(folder.PathOf(tenant, segment.FileName));
        }
        await catalogue.ForgetAsync(tenant, [.. retired.Select(segment => segment.SegmentId)], cancellation);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Segment {Segment} of tenant {Tenant} is damaged and is left out of merging. Run akashi trace rebuild.")]
    private partial void LogDamaged(Exception exception, Guid segment, TenantId tenant);

    [LoggerMessage(Level = LogLevel.Error, Message = "Merging segments was interrupted and will be tried again; searches are not affected.")]
    private partial void LogRoundFailed(Exception exception);
}
