using Akashi.Identity.Contracts;
using Akashi.Platform.Database;
using Akashi.Platform.Objects;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Search;
using Akashi.Traces.Store;
using Akashi.Traces.Store.Writing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akashi.Traces.Index;

/// <summary>Merges small segments in the background and removes the files of retired ones once no search can still need them.</summary>
internal sealed partial class Merger(
    AkashiDatabase database, TenantDirectory tenants, SegmentCatalogue catalogue, SegmentFolder folder, SegmentReaders readers, TimeProvider clock, ILogger<Merger> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Longer than any search may run.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var tenant in await tenants.ListAsync(stoppingToken))
                {
                    await MergeAsync(tenant.Id, stoppingToken);
                    await RemoveRetiredAsync(tenant.Id, stoppingToken);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
            {
                LogRoundFailed(e);
            }
        }
    }

    /// <returns>How many segments were merged into others.</returns>
    internal async Task<int> MergeAsync(TenantId tenant, CancellationToken cancellation)
    {
        var merged = 0;
        foreach (var sources in MergePlan.Of(await catalogue.LiveAsync(tenant, null, null, cancellation)))
        {
            using var lease = readers.Use(tenant, sources);
            var into = await Task.Run(() => new SegmentMerger(clock).Merge(tenant, folder.Of(tenant), lease.Readers, id => folder.KeyOf(tenant, id), cancellation), cancellation);
            var rows = sources.Sum(segment => segment.Rows);
            if (into.Rows != rows) throw new InvalidDataException($"The merged segment has {into.Rows} rows instead of {rows}; it is not used.");
            await catalogue.ReplaceAsync(tenant, sources.Select(segment => segment.Id).ToList(), into, cancellation);
            merged += sources.Count;
        }
        return merged;
    }

    internal async Task RemoveRetiredAsync(TenantId tenant, CancellationToken cancellation)
    {
        var retired = await catalogue.RetiredBeforeAsync(tenant, clock.GetUtcNow() - Grace, cancellation);
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

    [LoggerMessage(Level = LogLevel.Error, Message = "Merging segments was interrupted and will be tried again; searches are not affected.")]
    private partial void LogRoundFailed(Exception exception);
}
