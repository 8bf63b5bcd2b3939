using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Store;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Writing;

namespace Akashi.Traces.Index;

/// <param name="Leaves">Of the batches that they were made of.</param>
internal sealed record SegmentsOfBatches(IReadOnlyList<SegmentInfo> Segments, IReadOnlyList<long> Leaves);

/// <summary>Makes segments of archived batches, terminal by terminal, so that few logs are in memory at once.</summary>
internal sealed class BatchSegments(PendingBatches pending, SegmentFolder folder, TimeProvider clock) : IDisposable
{
    /// <summary>Of one terminal, whose lines are sorted together.</summary>
    private const long MaximumAtOnce = 64 << 20;

    /// <summary>Of small terminals together.</summary>
    private const long EnoughAtOnce = 8 << 20;

    /// <summary>From so many bytes on a segment is large enough to stay as it is.</summary>
    private const long WorthPacking = 128 << 20;

    /// <summary>A log may have four times what is in memory at once for each processor: such are worked at one after another on this server.</summary>
    private readonly SemaphoreSlim _large = new(1, 1);

    /// <summary>Passes over batches that are damaged.</summary>
    public Task<SegmentsOfBatches> WriteSoundAsync(TenantId tenant, IReadOnlyList<PendingBatch> batches, CancellationToken cancellation)
    {
        var form = batches.Sum(batch => batch.LogBytes) < WorthPacking ? SegmentForm.Fresh : SegmentForm.Merged;
        return WriteAsync(tenant, batches, form, null, pending.ReadSoundAsync, cancellation);
    }

    /// <param name="only">Lines of other days are left out.</param>
    /// <exception cref="InvalidDataException">An archived object is damaged; no segment was written.</exception>
    public Task<SegmentsOfBatches> WriteAllAsync(TenantId tenant, IReadOnlyList<PendingBatch> batches, DayRange only, CancellationToken cancellation) =>
        WriteAsync(tenant, batches, SegmentForm.Merged, only, pending.ReadAsync, cancellation);

    public void Dispose() => _large.Dispose();

    internal async Task<SegmentsOfBatches> WriteAsync(
        TenantId tenant, IReadOnlyList<PendingBatch> batches, SegmentForm form, DayRange? only,
        Func<TenantId, IReadOnlyList<PendingBatch>, CancellationToken, Task<PendingLogs>> read, CancellationToken cancellation)
    {
        var leaves = new List<long>();
        using var builder = new SegmentBuilder(tenant, folder.Of(tenant), id => folder.KeyOf(tenant, id), clock, form, only);
        foreach (var chunk in ByTerminal(batches))
        {
            var isLarge = chunk.Any(batch => batch.LogBytes > MaximumAtOnce);
            if (isLarge) await _large.WaitAsync(cancellation);
            try
            {
                using var logs = await read(tenant, chunk, cancellation);
                await BackgroundThread.RunAsync(() =>
                {
                    foreach (var terminal in logs.All.GroupBy(log => log.Batch.Name.Tmid))
                        builder.Add([.. terminal.Select(log => (new BatchSource(terminal.Key, log.Batch.Name.Id, log.Batch.CollectedAt), log.Log))]);
                    return true;
                });
                leaves.AddRange(logs.All.Select(log => log.Batch.LeafIndex));
            }
            finally
            {
                if (isLarge) _large.Release();
            }
        }
        return new SegmentsOfBatches(await BackgroundThread.RunAsync(builder.Finish), leaves);
    }

    /// <summary>Some terminals at a time, in ascending order, or one that has much alone.</summary>
    private static IEnumerable<IReadOnlyList<PendingBatch>> ByTerminal(IReadOnlyList<PendingBatch> batches)
    {
        var (chunk, bytes) = (new List<PendingBatch>(), 0L);
        foreach (var terminal in batches.GroupBy(batch => batch.Name.Tmid.ToString()).OrderBy(terminal => terminal.Key, StringComparer.Ordinal))
        {
            foreach (var part in PendingBatches.Chunk(terminal, MaximumAtOnce))
            {
                chunk.AddRange(part);
                bytes += part.Sum(batch => batch.LogBytes);
                if (bytes < EnoughAtOnce) continue;
                yield return chunk;
                (chunk, bytes) = ([], 0);
            }
        }
        if (chunk.Count > 0) yield return chunk;
    }
}
