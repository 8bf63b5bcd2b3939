using Akashi.Platform.Tenancy;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

/// <summary>
/// Questions over a set of segments of one tenant. Blocks whose times or filters exclude them are not read. A damaged segment
/// ends the question with <see cref="SegmentDamagedException"/>; no answer is ever shortened.
/// </summary>
internal static class SegmentSearch
{
    /// <summary>Most rows a page may have.</summary>
    public const int MaxLimit = 10_000;
    public const int MaxBuckets = 10_000;

    /// <summary>The newest matching traces.</summary>
    /// <param name="before">Where the page before ended; only older traces are returned.</param>
    public static async Task<TracePage> NewestAsync(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, int limit, TracePosition? before, SearchOptions options, CancellationToken cancel)
    {
        if (limit is < 1 or > MaxLimit) throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A page has 1 to {MaxLimit} traces.");
        using var plan = await BlockPlan.MakeAsync(tenant, segments, query, options, cancel);
        var newest = new NewestTraces(limit, before);
        plan.Blocks.RemoveAll(block => block.Entry.MinTime > newest.Latest);
        plan.Blocks.Sort((left, right) => right.Entry.MaxTime.CompareTo(left.Entry.MaxTime));
        await plan.ForEachAsync(options, (planned, selection) =>
        {
            if (planned.Entry.MaxTime < newest.Threshold) return false; // and so are all blocks after it
            using var block = new BlockReader(planned.Segment, planned.Number);
            newest.Offer(planned, block, plan.Select(planned, block, selection));
            return true;
        }, cancel);
        using var place = await options.StepAsync(tenant, cancel);
        return newest.Read(cancel);
    }

    public static async Task<long> CountAsync(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, SearchOptions options, CancellationToken cancel)
    {
        using var plan = await BlockPlan.MakeAsync(tenant, segments, query, options, cancel);
        var count = 0L;
        await plan.ForEachAsync(options, (planned, selection) =>
        {
            if (plan.MatchesAll && plan.IsInside(planned)) Interlocked.Add(ref count, planned.Entry.Rows);
            else
            {
                using var block = new BlockReader(planned.Segment, planned.Number);
                Interlocked.Add(ref count, plan.Select(planned, block, selection).Count());
            }
            return true;
        }, cancel);
        return count;
    }

    /// <summary>Counts matching traces in buckets of equal width from the query's <see cref="TraceQuery.From"/> to its <see cref="TraceQuery.To"/>.</summary>
    /// <param name="buckets">1 to <see cref="MaxBuckets"/>; the last may be narrower than the others.</param>
    public static async Task<long[]> HistogramAsync(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, int buckets, SearchOptions options, CancellationToken cancel)
    {
        if (buckets is < 1 or > MaxBuckets) throw new ArgumentOutOfRangeException(nameof(buckets), buckets, $"A histogram has 1 to {MaxBuckets} buckets.");
        if (query.From is null || query.To is null || query.From >= query.To) throw new ArgumentException("A histogram needs a time range that is not empty.", nameof(query));
        using var plan = await BlockPlan.MakeAsync(tenant, segments, query, options, cancel);
        var counts = new long[buckets];
        var width = BucketWidth(query, buckets);
        await plan.ForEachAsync(options, (planned, selection) =>
        {
            var first = (planned.Entry.MinTime - query.FirstTime) / width;
            if (plan.MatchesAll && plan.IsInside(planned) && first == (planned.Entry.MaxTime - query.FirstTime) / width)
            {
                Interlocked.Add(ref counts[first], planned.Entry.Rows);
                return true;
            }
            using var block = new BlockReader(planned.Segment, planned.Number);
            var rows = plan.Select(planned, block, selection);
            var times = block.Times;
            for (var row = rows.Next(0); row >= 0; row = row + 1 == block.Rows ? -1 : rows.Next(row + 1))
            {
                Interlocked.Increment(ref counts[(times[row] - query.FirstTime) / width]);
            }
            return true;
        }, cancel);
        return counts;
    }

    /// <summary>Milliseconds in a bucket: the smallest whole number of them with which the buckets cover the range.</summary>
    public static long BucketWidth(TraceQuery query, int buckets) => Math.Max(1, (query.EndTime - query.FirstTime + buckets - 1) / buckets);
}
