using Akashi.Platform.Tenancy;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Writing;

/// <summary>
/// Makes one segment of several of the same tenant and day. Every row of the sources is in the result exactly as often as in them; the
/// caller publishes the result and withdraws the sources in one transaction. Holds one block of each source and the one being written.
/// </summary>
internal sealed class SegmentMerger(TimeProvider clock, SegmentForm? form = null)
{
    /// <param name="keyOf">The 32-byte key of the new segment; it is never stored.</param>
    /// <exception cref="SegmentDamagedException">A source is damaged; nothing was written.</exception>
    public SegmentInfo Merge(TenantId tenant, string folder, IReadOnlyList<SegmentReader> sources, Func<Guid, byte[]> keyOf, CancellationToken cancel)
    {
        if (sources.Count == 0) throw new ArgumentException("There is nothing to merge.", nameof(sources));
        var day = sources[0].Day;
        if (sources.FirstOrDefault(source => source.Day != day) is { } other) throw new ArgumentException($"Segments of {day} and {other.Day} cannot be merged.", nameof(sources));
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var batches = sources.SelectMany(source => source.Directory.Batches).Distinct().Order().ToArray();
        var terminals = SegmentBuilder.Terminals(batches);
        var ranks = sources.ToDictionary(source => source, source => source.Directory.Batches.Select(batch => Array.BinarySearch(batches, batch)).Select(rank => (terminals[rank], rank)).ToArray());
        return SegmentFileWriter.Write(tenant, folder, id, day, batches, keyOf(id), form ?? SegmentForm.Merged, writer =>
        {
            using var cursors = new MergeCursors(tenant, sources, ranks, writer.Keys);
            while (cursors.MoveNext(cancel)) writer.Add(cursors.Meta, cursors.Rows);
        });
    }
}
