using System.Runtime.CompilerServices;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

/// <summary>
/// Questions over a set of segments of one tenant. Blocks that their times or the index exclude are not read. A damaged segment
/// ends the question with <see cref="SegmentDamagedException"/>; no answer is ever shortened.
/// </summary>
internal static class SegmentSearch
{
    /// <summary>Most rows a page may have.</summary>
    public const int MaxLimit = 10_000;
    public const int MaxBuckets = 10_000;
    public const int MaxGroupFields = 3;

    /// <summary>The matching traces that come first.</summary>
    /// <param name="after">Where the page before ended; only traces behind it are returned.</param>
    public static async Task<TracePage> FirstAsync(
        TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, TraceOrder order, int limit, TracePosition? after, SearchOptions options, CancellationToken cancel)
    {
        if (limit is < 1 or > MaxLimit) throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A page has 1 to {MaxLimit} traces.");
        using var plan = await BlockPlan.MakeAsync(tenant, segments, query, options, cancel);
        var first = new FirstTraces(order, limit, after);
        first.Arrange(plan.Blocks);
        await plan.ForEachAsync(options, (planned, selection) =>
        {
            if (first.IsBehind(planned)) return false;
            using var block = new BlockReader(planned.Segment, planned.Number, keepsParts: true);
            first.Offer(planned, block, plan.Select(planned, block, selection));
            return true;
        }, cancel);
        return await first.ReadAsync(async () => await options.StepAsync(tenant, cancel), cancel);
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
                using var block = new BlockReader(planned.Segment, planned.Number, keepsParts: true);
                Interlocked.Add(ref count, plan.Select(planned, block, selection).Count());
            }
            return true;
        }, cancel);
        return count;
    }

    /// <summary>Counts matching traces in steps of equal width.</summary>
    /// <param name="start">Where the first step begins, in Unix milliseconds; no matching trace is earlier or behind the last step.</param>
    /// <param name="steps">0 to <see cref="MaxBuckets"/>.</param>
    public static async Task<long[]> HistogramAsync(
        TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, long start, long width, int steps, SearchOptions options, CancellationToken cancel)
    {
        if (steps is < 0 or > MaxBuckets) throw new ArgumentOutOfRangeException(nameof(steps), steps, $"A histogram has at most {MaxBuckets} steps.");
        using var plan = await BlockPlan.MakeAsync(tenant, segments, query, options, cancel);
        var counts = new long[steps];
        await plan.ForEachAsync(options, () => new long[steps], (planned, selection, part) =>
        {
            var first = (planned.Entry.MinTime - start) / width;
            if (plan.MatchesAll && plan.IsInside(planned) && first == (planned.Entry.MaxTime - start) / width)
            {
                part[first] += planned.Entry.Rows;
                return true;
            }
            using var block = new BlockReader(planned.Segment, planned.Number, keepsParts: true);
            var rows = plan.Select(planned, block, selection);
            if (!rows.IsEmpty) block.Times.CountSteps(rows, start, width, part);
            return true;
        }, part =>
        {
            for (var i = 0; i < counts.Length; i++) counts[i] += part[i];
        }, cancel);
        return counts;
    }

    /// <summary>Counts matching traces by the values of one to <see cref="MaxGroupFields"/> fields, and adds up another.</summary>
    /// <exception cref="SearchTooBroadException">There are more different values than fit into memory.</exception>
    public static async Task<GroupCounts> GroupsAsync(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, IReadOnlyList<string> fields, string? sum, SearchOptions options, CancellationToken cancel)
    {
        if (fields.Count is < 1 or > MaxGroupFields) throw new ArgumentOutOfRangeException(nameof(fields), fields.Count, $"Groups have 1 to {MaxGroupFields} fields.");
        using var plan = await BlockPlan.MakeAsync(tenant, segments, query, options, cancel);
        var (groups, gate) = (new GroupCounts(fields, sum), new Lock());
        await plan.ForEachAsync(options, () => new StrongBox<GroupCounts>(new GroupCounts(fields, sum)), (planned, selection, part) =>
        {
            using var block = new BlockReader(planned.Segment, planned.Number, keepsParts: true);
            part.Value!.Add(block, plan.Select(planned, block, selection));
            if (!part.Value.IsLarge) return true;
            // The bound is the question's, however many work at it.
            lock (gate) groups.Add(part.Value);
            part.Value = new GroupCounts(fields, sum);
            return true;
        }, part => groups.Add(part.Value!), cancel);
        return groups;
    }
}
