using Akashi.Platform.Tenancy;
using Akashi.Traces.Store.Reading;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Tests.Store;

/// <summary>Questions over segments, waited for: properties are checked in plain loops.</summary>
internal static class Ask
{
    public static TracePage Newest(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, int limit, TracePosition? before, SearchOptions options, CancellationToken cancel) =>
        SegmentSearch.NewestAsync(tenant, segments, query, limit, before, options, cancel).GetAwaiter().GetResult();

    public static long Count(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, SearchOptions options, CancellationToken cancel) =>
        SegmentSearch.CountAsync(tenant, segments, query, options, cancel).GetAwaiter().GetResult();

    public static long[] Histogram(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, int buckets, SearchOptions options, CancellationToken cancel) =>
        SegmentSearch.HistogramAsync(tenant, segments, query, buckets, options, cancel).GetAwaiter().GetResult();

    public static List<FoundTrace> Export(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query) =>
        SegmentExport.ReadAsync(tenant, segments, query, SearchOptions.Default, CancellationToken.None).ToBlockingEnumerable().SelectMany(traces => traces).ToList();
}
