using Akashi.Platform.Tenancy;
using Akashi.Traces.Store.Reading;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Tests.Store;

/// <summary>Questions over segments, waited for: properties are checked in plain loops.</summary>
internal static class Ask
{
    public static TracePage Newest(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, int limit, TracePosition? before, SearchOptions options, CancellationToken cancel) =>
        First(tenant, segments, query, TraceOrder.Newest, limit, before, options, cancel);

    public static TracePage First(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, TraceOrder order, int limit, TracePosition? after, SearchOptions options, CancellationToken cancel) =>
        SegmentSearch.FirstAsync(tenant, segments, query, order, limit, after, options, cancel).GetAwaiter().GetResult();

    public static long Count(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, SearchOptions options, CancellationToken cancel) =>
        SegmentSearch.CountAsync(tenant, segments, query, options, cancel).GetAwaiter().GetResult();

    public static long[] Histogram(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, long start, long width, int steps, SearchOptions options) =>
        SegmentSearch.HistogramAsync(tenant, segments, query, start, width, steps, options, CancellationToken.None).GetAwaiter().GetResult();

    public static GroupCounts Groups(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, string[] fields, string? sum, SearchOptions options) =>
        SegmentSearch.GroupsAsync(tenant, segments, query, fields, sum, options, CancellationToken.None).GetAwaiter().GetResult();

    public static List<FoundTrace> Export(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query) =>
        SegmentExport.ReadAsync(tenant, segments, query, SearchOptions.Default, CancellationToken.None).ToBlockingEnumerable().SelectMany(traces => traces).ToList();
}
