using Akashi.Platform.Calendar;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Writing;

/// <summary>
/// Makes one segment of several of the same tenant and period. Every row of the sources is in the result exactly as often as in them; the
/// caller publishes the result and withdraws the sources in one transaction. Holds one block of each source and the one being written.
/// </summary>
internal sealed class SegmentMerger(TimeProvider clock, SegmentForm? form = null)
{
    /// <param name="keyOf">The 32-byte key of the new segment; it is never stored.</param>
    /// <param name="from">Rows filed under an earlier day are left out; some source has one that is not.</param>
    /// <exception cref="SegmentDamagedException">A source is damaged; nothing was written.</exception>
    public SegmentInfo Merge(TenantId tenant, string folder, IReadOnlyList<SegmentReader> sources, Func<Guid, byte[]> keyOf, CancellationToken cancel, JstDay? from = null)
    {
        if (sources.Count == 0) throw new ArgumentException("There is nothing to merge.", nameof(sources));
        var days = sources.Select(source => source.Days).Aggregate((all, more) => all.With(more));
        if (SegmentFormat.PeriodOf(days.First) != SegmentFormat.PeriodOf(days.Last)) throw new ArgumentException($"Segments of {days} belong to several periods.", nameof(sources));
        if (from > days.First) days = days with { First = from.Value };
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var batches = sources.SelectMany(source => source.Directory.Batches).Distinct().Order().ToArray();
        var terminals = SegmentBuilder.Terminals(batches);
        var ranks = sources.ToDictionary(source => source, source => source.Directory.Batches.Select(batch => Array.BinarySearch(batches, batch)).Select(rank => (terminals[rank], rank)).ToArray());
        using var writer = new SegmentFileWriter(tenant, folder, id, keyOf(id), form ?? SegmentForm.Merged);
        writer.AddBatches(batches);
        using var cursors = new MergeCursors(tenant, sources, ranks, writer.Keys);
        while (cursors.MoveNext(cancel))
        {
            var row = cursors.Meta;
            if (from is null || FilingDay.Of(row.Time, row.Flags, batches[row.Batch].Received) >= from) writer.Add(row, cursors.Rows);
        }
        return writer.Finish(days);
    }
}
