using Akashi.Platform.Tenancy;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;
using Akashi.Traces.Store.Search;

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
        var ranks = sources.ToDictionary(source => source, source => source.Directory.Batches.Select(batch => Array.BinarySearch(batches, batch)).ToArray());
        return SegmentFileWriter.Write(tenant, folder, id, day, batches, keyOf(id), form ?? SegmentForm.Merged, writer =>
        {
            var line = new ByteWriter();
            using var rows = new OrderedRows(tenant, sources, new TraceQuery(new AllTraces()));
            while (rows.MoveNext(cancel))
            {
                var (block, row) = (rows.Block, rows.Row);
                var meta = block.Meta;
                line.Clear();
                block.AppendLine(row, line);
                writer.Add(new RowMeta(block.Times[row], meta.OffsetMinutes(row), ranks[block.Segment][meta.Batch(row)], meta.Line(row), meta.Flags(row), meta.End(row)), line.Written);
            }
        });
    }
}
