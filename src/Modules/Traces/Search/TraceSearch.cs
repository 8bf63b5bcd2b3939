using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Akashi.Platform.Calendar;
using Akashi.Platform.Errors;
using Akashi.Platform.Quotas;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Store;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Search;

/// <summary>Answers questions about a tenant's traces. Each has a time limit; only so many run at once, and tenants take turns.</summary>
internal sealed class TraceSearch(ITraceStore store, TenantQuotas quotas, TraceQueues queues)
{
    public const int MaximumLimit = 1000;
    public const int MaximumGroups = 10_000;
    private const int HistogramBuckets = 60;
    public const int TimeLimitSeconds = 60;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(TimeLimitSeconds);

    public Task<Outcome<TraceSearchResult>> SearchAsync(TenantId tenant, TraceSearchRequest request, CancellationToken cancellation)
    {
        if (request.Limit is < 1 or > MaximumLimit) return Failed<TraceSearchResult>(new FieldInvalid("limit", $"{request.Limit}", $"1–{MaximumLimit}"));
        TracePosition? after = null;
        if (request.After is { Length: > 0 } text)
        {
            if (!TracePosition.TryParse(text, out var position)) return Failed<TraceSearchResult>(new FieldInvalid("after", text, "the id of a row"));
            after = position;
        }
        return AskAsync(tenant, request.Query, request.From, request.To, async (filter, view, cancel) =>
        {
            var started = Stopwatch.GetTimestamp();
            var page = await view.FirstAsync(request.Order, request.Limit, after, cancel);
            var (total, histogram) = request.WithTotal ? await CountByTimeAsync(view, filter, cancel) : (null, []);
            return new TraceSearchResult(page.Traces, total, histogram, Stopwatch.GetElapsedTime(started), page.Next?.ToString());
        }, cancellation);
    }

    public async Task<Outcome<TraceRow>> FindAsync(TenantId tenant, string rowId, CancellationToken cancellation)
    {
        if (!TracePosition.TryParse(rowId, out var position) || position.Line == int.MaxValue) return new TraceNotFound();
        var bounds = (DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds());
        if (position.Time < bounds.Item1 || position.Time >= bounds.Item2) return new TraceNotFound();
        var time = DateTimeOffset.FromUnixTimeMilliseconds(position.Time);
        var outcome = await AskAsync(tenant, "*", time, time.AddMilliseconds(1), (_, view, cancel) =>
            view.FirstAsync(TraceOrder.Newest, 1, position with { Line = position.Line + 1 }, cancel), cancellation);
        if (!outcome.TryGet(out var page, out var failure)) return failure;
        return page.Traces is [var found] && found.Position == position ? TraceRow.Of(found) : new TraceNotFound();
    }

    /// <summary>Counts in steps that begin at full ones in Japan, over the range or over the time of the stored traces.</summary>
    public Task<Outcome<IReadOnlyList<HistogramBucket>>> HistogramAsync(TenantId tenant, string query, DateTimeOffset? from, DateTimeOffset? to, TimeSpan interval, CancellationToken cancellation) =>
        AskAsync<IReadOnlyList<HistogramBucket>>(tenant, query, from, to, async (filter, view, cancel) =>
        {
            if (await RangeAsync(view, filter, cancel) is not var (first, end)) return [];
            var width = (long)interval.TotalMilliseconds;
            var offset = (long)JstDay.Offset.TotalMilliseconds;
            var start = (long)Math.Floor((first + offset) / (double)width) * width - offset;
            var steps = Math.Max(0, (end - start + width - 1) / width);
            if (steps > SegmentSearch.MaxBuckets) throw new SearchTooBroadException(SearchTooBroadException.Steps, SegmentSearch.MaxBuckets);
            var counts = await view.HistogramAsync(start, width, (int)steps, cancel);
            return Buckets(start, width, start + steps * width, counts);
        }, cancellation);

    /// <param name="by">One to three fields.</param>
    /// <param name="sum">A field whose integers are added up; null for none.</param>
    public Task<Outcome<TraceGroups>> GroupsAsync(
        TenantId tenant, string query, DateTimeOffset? from, DateTimeOffset? to, IReadOnlyList<string> by, string? sum, int limit, CancellationToken cancellation)
    {
        if (by.Count is < 1 or > SegmentSearch.MaxGroupFields) return Failed<TraceGroups>(new FieldInvalid("by", $"{by.Count}", $"1–{SegmentSearch.MaxGroupFields}"));
        if (limit is < 1 or > MaximumGroups) return Failed<TraceGroups>(new FieldInvalid("limit", $"{limit}", $"1–{MaximumGroups}"));
        return AskAsync(tenant, query, from, to, (_, view, cancel) => view.GroupsAsync(by, sum, limit, cancel), cancellation);
    }

    public Task<Outcome<long>> CountAsync(TenantId tenant, string query, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellation) =>
        AskAsync(tenant, query, from, to, (_, view, cancel) => view.CountAsync(cancel), cancellation);

    /// <summary>Reads all matching traces, oldest first, as long as it takes.</summary>
    /// <param name="write">Takes them in batches; called only after the query was found readable and the tenant's turn came.</param>
    /// <returns>What <paramref name="write"/> returns; or a failure, before it was called or in its middle.</returns>
    public async Task<Outcome<long>> ExportAsync(
        TenantId tenant, string query, DateTimeOffset? from, DateTimeOffset? to, Func<IAsyncEnumerable<IReadOnlyList<FoundTrace>>, Task<long>> write, CancellationToken cancellation)
    {
        if (!Read(query, from, to).TryGet(out var filter, out var failure)) return failure;
        if (!(await quotas.EnterAsync(tenant, QuotaKind.Searches, queues.Exports, cancellation)).TryGet(out var place, out failure)) return failure;
        using var held = place;
        try
        {
            using var view = await store.OpenAsync(tenant, filter, cancellation);
            return await write(view.ReadAsync(cancellation));
        }
        catch (Exception e) when (FailureOf(e) is { } told)
        {
            return told;
        }
    }

    private async Task<Outcome<T>> AskAsync<T>(
        TenantId tenant, string query, DateTimeOffset? from, DateTimeOffset? to, Func<TraceQuery, TraceView, CancellationToken, Task<T>> answer, CancellationToken cancellation)
    {
        if (!Read(query, from, to).TryGet(out var filter, out var failure)) return failure;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeLimit);
        try
        {
            if (!(await quotas.EnterAsync(tenant, QuotaKind.Searches, queues.Searches, limit.Token)).TryGet(out var place, out failure)) return failure;
            using var held = place;
            using var view = await store.OpenAsync(tenant, filter, limit.Token);
            return await Task.Run(() => answer(filter, view, limit.Token), limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new SearchTimedOut(TimeLimitSeconds);
        }
        catch (Exception e) when (FailureOf(e) is { } told)
        {
            return told;
        }
    }

    /// <summary>What people are told of a question that a store could not answer; null for what is a fault.</summary>
    private static Failure? FailureOf(Exception exception) => exception switch
    {
        SearchTooBroadException broad => new SearchTooBroad(broad.What, broad.Most),
        RegexMatchTimeoutException => new ExpressionTooSlow(),
        SegmentDamagedException damaged => new StoreDamaged(damaged.Damage),
        TraceStoreException away => away.Failure,
        _ => null,
    };

    private static Outcome<TraceQuery> Read(string query, DateTimeOffset? from, DateTimeOffset? to)
    {
        if (from >= to) return new FieldInvalid("to", $"{to:yyyy-MM-dd'T'HH:mm:sszzz}", "after from");
        return QueryParser.TryParse(query, out var predicate, out var error) ? new TraceQuery(predicate, from, to) : new QueryInvalid(error);
    }

    private static async Task<(long? Total, IReadOnlyList<HistogramBucket> Histogram)> CountByTimeAsync(TraceView view, TraceQuery filter, CancellationToken cancel)
    {
        if (await RangeAsync(view, filter, cancel) is not var (first, end) || first >= end) return (0, []);
        var width = (end - first + HistogramBuckets - 1) / HistogramBuckets;
        var counts = await view.HistogramAsync(first, width, (int)((end - first + width - 1) / width), cancel);
        return (counts.Sum(), Buckets(first, width, end, counts));
    }

    /// <returns>The time range, where it is open as far as there are traces; null when there are none.</returns>
    private static async Task<(long First, long End)?> RangeAsync(TraceView view, TraceQuery filter, CancellationToken cancel) =>
        await view.TimesAsync(cancel) is { } times
            ? (filter.From is null ? times.Earliest : filter.FirstTime, filter.To is null ? times.Latest + 1 : filter.EndTime)
            : null;

    private static List<HistogramBucket> Buckets(long start, long width, long end, long[] counts)
    {
        var buckets = new List<HistogramBucket>(counts.Length);
        for (var i = 0; i < counts.Length; i++) buckets.Add(new HistogramBucket(At(start + i * width), At(Math.Min(end, start + (i + 1) * width)), counts[i]));
        return buckets;

        static DateTimeOffset At(long time) => DateTimeOffset.FromUnixTimeMilliseconds(time).ToOffset(JstDay.Offset);
    }

    private static Task<Outcome<T>> Failed<T>(Failure failure) => Task.FromResult<Outcome<T>>(failure);
}
