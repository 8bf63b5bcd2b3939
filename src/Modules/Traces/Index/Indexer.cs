using System.Text;
using Akashi.Identity.Contracts;
using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Archive;
using Akashi.Traces.Store.Filters;
using Akashi.Traces.Store.Writing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akashi.Traces.Index;

/// <summary>
/// Makes archived batches searchable: reads what is pending, writes segments, publishes them. Whatever dies in between, the batches are
/// still pending and the next round writes them anew; files that were never published are swept at start.
/// </summary>
internal sealed partial class Indexer(
    TenantDirectory tenants, ManifestLog manifests, PendingBatches pending, SegmentCatalogue catalogue, SegmentFolder folder,
    TimeProvider clock, ILogger<Indexer> logger) : BackgroundService
{
    /// <summary>One round waits this long for more, so that a steady trickle does not become a segment a batch.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FullScan = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(3);
    private const long MaximumLogBytes = 192 << 20;
    private const long LeastShare = 16 << 20;

    /// <summary>From so many bytes on, all processors work at them.</summary>
    private const long WorthSharing = 4 << 20;

    private readonly WaitingTenants _waiting = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        manifests.Added += _waiting.Wake;
        var lastScan = DateTimeOffset.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (clock.GetUtcNow() - lastScan > FullScan)
                {
                    foreach (var tenant in await tenants.ListAsync(stoppingToken)) _waiting.Add(tenant.Id);
                    lastScan = clock.GetUtcNow();
                }
                await IndexInTurnAsync(_waiting.All, stoppingToken);
                if (_waiting.IsEmpty) await _waiting.WaitAsync(FullScan, stoppingToken);
                await Task.Delay(Gather, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The database may be away or the disk full: nothing is lost, the batches stay pending.
                LogRoundFailed(e);
                lastScan = DateTimeOffset.MinValue;
                await Task.Delay(AfterFailure, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>A round for each tenant; the more there are, the smaller, so that none waits long behind another one's backlog.</summary>
    internal async Task IndexInTurnAsync(IReadOnlyList<TenantId> tenants, CancellationToken cancellation)
    {
        var share = Math.Max(LeastShare, MaximumLogBytes / Math.Max(1, tenants.Count));
        var failures = new List<Exception>();
        foreach (var tenant in tenants)
        {
            _waiting.Remove(tenant);
            try
            {
                if (await IndexAsync(tenant, share, cancellation)) _waiting.Add(tenant);
            }
            catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
            {
                failures.Add(e); // what is wrong with one tenant's files does not hold up the next
            }
        }
        if (failures.Count > 0) throw new AggregateException(failures);
    }

    internal Task<bool> IndexAsync(TenantId tenant, CancellationToken cancellation) => IndexAsync(tenant, MaximumLogBytes, cancellation);

    /// <returns>True when more may be pending.</returns>
    private async Task<bool> IndexAsync(TenantId tenant, long maximumLogBytes, CancellationToken cancellation)
    {
        var (batches, areMore) = await pending.NextAsync(tenant, maximumLogBytes, cancellation);
        if (batches.Count == 0) return false;
        // A terminal's lines stay together; each part is published by itself.
        var parts = batches.Sum(batch => batch.LogBytes) < WorthSharing ? 1 : Environment.ProcessorCount;
        var outcomes = await Task.WhenAll(batches.GroupBy(batch => (int)(FastHash.Of(Encoding.ASCII.GetBytes(batch.Name.Tmid.ToString()), 0) % (ulong)parts))
            .Select(part => IndexPartAsync(tenant, [.. part], cancellation)));
        return outcomes.Contains(true) && areMore;
    }

    /// <returns>False when none of the batches could be read.</returns>
    private async Task<bool> IndexPartAsync(TenantId tenant, List<PendingBatch> batches, CancellationToken cancellation)
    {
        var logs = await pending.ReadLogsAsync(tenant, batches, cancellation);
        if (logs.Count == 0) return false;
        var builder = new SegmentBuilder(clock);
        foreach (var (batch, log) in logs) builder.Add(batch.Name, batch.CollectedAt, log);
        var path = folder.Of(tenant);
        var segments = await BackgroundThread.RunAsync(() => builder.Write(tenant, path, id => folder.KeyOf(tenant, id)));
        await catalogue.PublishAsync(tenant, segments, [.. logs.Select(log => log.Batch.LeafIndex)], cancellation);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Indexing was interrupted and will be tried again; archived batches stay pending.")]
    private partial void LogRoundFailed(Exception exception);
}
