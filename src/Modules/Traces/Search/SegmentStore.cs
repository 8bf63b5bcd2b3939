using Akashi.Platform.Tenancy;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Search;

/// <summary>The embedded store: segments of this node.</summary>
internal sealed class SegmentStore(SegmentReaders segments, TraceQueues queues) : ITraceStore
{
    private readonly SearchOptions _options = new(Processors: queues.Processors);

    public async Task<TraceView> OpenAsync(TenantId tenant, TraceQuery query, CancellationToken cancellation) =>
        new View(tenant, query, await segments.OpenAsync(tenant, query.From, query.To, cancellation), _options);

    private sealed class View(TenantId tenant, TraceQuery query, SegmentLease lease, SearchOptions options) : TraceView
    {
        public override Task<TraceTimes?> TimesAsync(CancellationToken cancellation) =>
            Task.FromResult<TraceTimes?>(lease.Readers.Count == 0 ? null : new TraceTimes(lease.Readers.Min(reader => reader.MinTime), lease.Readers.Max(reader => reader.MaxTime)));

        public override Task<TracePage> FirstAsync(TraceOrder order, int limit, TracePosition? after, CancellationToken cancellation) =>
            SegmentSearch.FirstAsync(tenant, lease.Readers, query, order, limit, after, options, cancellation);

        public override Task<long> CountAsync(CancellationToken cancellation) => SegmentSearch.CountAsync(tenant, lease.Readers, query, options, cancellation);

        public override Task<long[]> HistogramAsync(long start, long width, int steps, CancellationToken cancellation) =>
            SegmentSearch.HistogramAsync(tenant, lease.Readers, query, start, width, steps, options, cancellation);

        public override async Task<TraceGroups> GroupsAsync(IReadOnlyList<string> by, string? sum, int limit, CancellationToken cancellation)
        {
            var groups = await SegmentSearch.GroupsAsync(tenant, lease.Readers, query, by, sum, options, cancellation);
            return new TraceGroups(groups.Top(limit), groups.Count, groups.Rows);
        }

        public override IAsyncEnumerable<IReadOnlyList<FoundTrace>> ReadAsync(CancellationToken cancellation) => SegmentExport.ReadAsync(tenant, lease.Readers, query, options, cancellation);

        public override void Dispose() => lease.Dispose();
    }
}
