using System.Text;
using Akashi.Identity.Contracts;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Archive;
using Akashi.Traces.Store.Filters;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akashi.Traces.Index;

/// <summary>
/// Makes archived batches searchable: reads what is pending, writes segments, publishes them. Whatever dies in between, the batches are
/// still pending and the next round writes them anew; files that were never published are swept at start. A tenant's backlog is worked at in large
/// rounds, whose segments are rarely merged again, beside the small rounds of the others: one backlog at a time.
/// </summary>
internal sealed partial class Indexer(
    TenantDirectory tenants, ManifestLog manifests, PendingBatches pending, BatchSegments segments, SegmentCatalogue catalogue, SegmentFolder folder, TimeProvider clock, ILogger<Indexer> logger) : BackgroundService
{
    /// <summary>One round waits this long for more, so that a steady trickle does not become a segment a batch.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FullScan = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(3);

    /// <summary>Of a round: some seconds of work. With more, it is a backlog.</summary>
    private const long RoundLogBytes = 192 << 20;
    private const long LeastShare = 16 << 20;

    /// <summary>Of a backlog worked at in one go: five million lines or so.</summary>
    private const long BacklogLogBytes = 3L << 30;

    /// <summary>A backlog that grows is let grow so long: what is written in one go need not be merged.</summary>
    private static readonly TimeSpan BacklogGrows = TimeSpan.FromSeconds(3);

    /// <summary>From so many bytes on, all processors work at them.</summary>
    private const long WorthSharing = 4 << 20;

    private readonly WaitingTenants _waiting = new();
    private Task _backlog = Task.CompletedTask;

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
                break;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogRoundFailed(e);
                await Task.Delay(AfterFailure, clock, CancellationToken.None);
            }
        }
        await _backlog;
    }

    /// <summary>A round for each tenant; the more there are, the smaller, so that none waits long behind another one.</summary>
    internal async Task IndexInTurnAsync(IReadOnlyList<TenantId> tenants, CancellationToken cancellation)
    {
        var share = Math.Max(LeastShare, RoundLogBytes / Math.Max(1, tenants.Count));
        var failures = new List<Exception>();
        foreach (var tenant in tenants)
        {
            _waiting.Remove(tenant);
            if (tenant == pending.Backlog) continue; // it is waited for again when that is done
            try
            {
                var (batches, areMore) = await pending.NextAsync(tenant, RoundLogBytes, cancellation);
                if (areMore && pending.Backlog is null)
                {
                    pending.Backlog = tenant;
                    _backlog = WorkAtBacklogAsync(tenant, cancellation);
                    continue;
                }
                var round = PendingBatches.Chunk(batches, share).FirstOrDefault([]);
                if (await IndexAsync(tenant, round, cancellation) && (areMore || round.Count < batches.Count)) _waiting.Add(tenant);
            }
            catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
            {
                failures.Add(e); // what is wrong with one tenant's files does not hold up the next
            }
        }
        if (failures.Count > 0) throw new AggregateException(failures);
    }

    /// <returns>True when more may be pending.</returns>
    internal async Task<bool> IndexAsync(TenantId tenant, CancellationToken cancellation)
    {
        var (batches, areMore) = await pending.NextAsync(tenant, RoundLogBytes, cancellation);
        return await IndexAsync(tenant, batches, cancellation) && areMore;
    }

    private async Task WorkAtBacklogAsync(TenantId tenant, CancellationToken cancellation)
    {
        try
        {
            var (batches, areMore) = await pending.NextAsync(tenant, BacklogLogBytes, cancellation);
            for (var (waited, before) = (TimeSpan.Zero, 0); waited < BacklogGrows && !areMore && batches.Count > before; waited += Gather)
            {
                before = batches.Count;
                await Task.Delay(Gather, clock, cancellation);
                (batches, areMore) = await pending.NextAsync(tenant, BacklogLogBytes, cancellation);
            }
            await IndexAsync(tenant, batches, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // the batches stay pending
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogRoundFailed(e);
            await Task.Delay(AfterFailure, clock, CancellationToken.None);
        }
        finally
        {
            pending.Backlog = null;
            _waiting.Wake(tenant);
        }
    }

    /// <returns>False when none of the batches could be read.</returns>
    private async Task<bool> IndexAsync(TenantId tenant, IReadOnlyList<PendingBatch> batches, CancellationToken cancellation)
    {
        if (batches.Count == 0) return false;
        // A terminal's lines stay together; each part is published by itself.
        var parts = batches.Sum(batch => batch.LogBytes) < WorthSharing ? 1 : Environment.ProcessorCount;
        var outcomes = await Task.WhenAll(batches.GroupBy(batch => (int)(FastHash.Of(Encoding.ASCII.GetBytes(batch.Name.Tmid.ToString()), 0) % (ulong)parts))
            .Select(part => IndexPartAsync(tenant, [.. part], cancellation)));
        return outcomes.Contains(true);
    }

    private async Task<bool> IndexPartAsync(TenantId tenant, List<PendingBatch> batches, CancellationToken cancellation)
    {
        var written = await segments.WriteSoundAsync(tenant, batches, cancellation);
        if (written.Leaves.Count == 0) return false;
        try
        {
            await catalogue.PublishAsync(tenant, written.Segments, written.Leaves, cancellation);
            return true;
        }
        catch
        {
            folder.Abandon(tenant, written.Segments, clock.GetUtcNow());
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Indexing was interrupted and will be tried again; archived batches stay pending.")]
    private partial void LogRoundFailed(Exception exception);
}
