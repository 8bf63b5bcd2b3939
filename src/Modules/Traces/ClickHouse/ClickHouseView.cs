using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Search;
using Akashi.Traces.Store;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.ClickHouse;

/// <summary>
/// One question's rows. What surely matches is counted there; rows that may match are read and looked at here by the matcher that also judges single events, so
/// that the answer is the embedded store's whatever the server can say.
/// </summary>
internal sealed class ClickHouseView(ClickHouseServer server, TraceScope scope, TraceQuery query, TenantId tenant, TraceQueues queues, TimeProvider clock) : TraceView
{
    private const int ExportSeconds = 24 * 3600;
    private const int BatchRows = 4096;
    private const int BatchBytes = 8 << 20;
    private const long High = 1L << 32;

    /// <summary>So long a replica may lag before a question is refused rather than answered short.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly SqlBounds _bounds = PredicateSql.Of(query.Predicate);
    private readonly RowFilter _filter = new(query.Predicate);

    public override Task<TraceTimes?> TimesAsync(CancellationToken cancellation) =>
        Task.FromResult<TraceTimes?>(scope.Days.Count == 0 ? null : new TraceTimes(scope.Days.Min(day => day.MinTime), scope.Days.Max(day => day.MaxTime)));

    public override Task<long> CountAsync(CancellationToken cancellation) => scope.Days.Count == 0 ? Task.FromResult(0L) : WholeAsync(async () =>
    {
        await SettledAsync(scope.Days, cancellation);
        var count = _bounds.Surely == SqlBounds.False ? 0 : await NumberAsync($"toInt64(count()) {scope.Where(_bounds.Surely)}", cancellation);
        await foreach (var rows in OpenRowsAsync(cancellation)) count += rows.Count;
        return (count, scope.Days);
    }, cancellation);

    public override Task<long[]> HistogramAsync(long start, long width, int steps, CancellationToken cancellation)
    {
        if (steps is < 0 or > SegmentSearch.MaxBuckets) throw new ArgumentOutOfRangeException(nameof(steps), steps, $"A histogram has at most {SegmentSearch.MaxBuckets} steps.");
        return scope.Days.Count == 0 ? Task.FromResult(new long[steps]) : WholeAsync(async () => (await CountStepsAsync(start, width, steps, cancellation), scope.Days), cancellation);
    }

    private async Task<long[]> CountStepsAsync(long start, long width, int steps, CancellationToken cancellation)
    {
        await SettledAsync(scope.Days, cancellation);
        var counts = new long[steps];
        using (var reader = await AskAsync(string.Create(CultureInfo.InvariantCulture, $"toInt64(intDiv(time - toInt64({start}), toInt64({width}))) AS step, toInt64(count()) {scope.Where(_bounds.Surely)} GROUP BY step"), cancellation))
        {
            while (await reader.NextAsync(cancellation))
            {
                var step = await reader.Int64Async(cancellation);
                counts[step] = await reader.Int64Async(cancellation);
            }
        }
        await foreach (var rows in OpenRowsAsync(cancellation))
        {
            foreach (var row in rows) counts[(row.Position.Time - start) / width]++;
        }
        return counts;
    }

    public override Task<TraceGroups> GroupsAsync(IReadOnlyList<string> by, string? sum, int limit, CancellationToken cancellation)
    {
        if (by.Count is < 1 or > SegmentSearch.MaxGroupFields) throw new ArgumentOutOfRangeException(nameof(by), by.Count, $"Groups have 1 to {SegmentSearch.MaxGroupFields} fields.");
        return scope.Days.Count == 0 ? Task.FromResult(new TraceGroups([], 0, 0)) : WholeAsync(async () => (await CountGroupsAsync(by, sum, limit, cancellation), scope.Days), cancellation);
    }

    private async Task<TraceGroups> CountGroupsAsync(IReadOnlyList<string> by, string? sum, int limit, CancellationToken cancellation)
    {
        await SettledAsync(scope.Days, cancellation);
        var groups = new GroupCounts(by, sum);
        var fields = by.Select(field => new GroupField(field)).ToList();
        var added = sum is null ? null : new GroupField(sum);
        var names = string.Join(", ", fields.Select((_, index) => $"p{index}, v{index}"));
        var columns = string.Join(", ", fields.Select((field, index) => $"{field.IsThere} AS p{index}, {field.Value} AS v{index}"));
        var sums = added is null ? "toInt64(0), toInt64(0)" : string.Create(CultureInfo.InvariantCulture, $"toInt64(sum(intDiv({added.Integer}, toInt64({High})))), toInt64(sum({added.Integer} - intDiv({added.Integer}, toInt64({High})) * toInt64({High})))");
        using (var reader = await AskAsync($"{columns}, toInt64(count()), {sums} {scope.Where(_bounds.Surely)} GROUP BY {names}", cancellation))
        {
            var values = new byte[]?[fields.Count];
            while (await reader.NextAsync(cancellation))
            {
                for (var i = 0; i < values.Length; i++)
                {
                    var isThere = await reader.ByteAsync(cancellation) != 0;
                    var value = await reader.BytesAsync(cancellation);
                    values[i] = isThere ? value : null;
                }
                var count = await reader.Int64Async(cancellation);
                groups.Add(values, count, (Int128)await reader.Int64Async(cancellation) * High + await reader.Int64Async(cancellation));
            }
        }
        await foreach (var rows in OpenRowsAsync(cancellation))
        {
            foreach (var row in rows) groups.Add([.. fields.Select(field => field.Of(row.Line))], 1, added?.IntegerOf(row.Line) ?? 0);
        }
        return new TraceGroups(groups.Top(limit), groups.Count, groups.Rows);
    }

    /// <summary>Days from the end where the page is, twice as many each time.</summary>
    public override Task<TracePage> FirstAsync(TraceOrder order, int limit, TracePosition? after, CancellationToken cancellation)
    {
        if (limit is < 1 or > SegmentSearch.MaxLimit) throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A page has 1 to {SegmentSearch.MaxLimit} traces.");
        var days = order == TraceOrder.Newest ? scope.Days.OrderByDescending(day => day.MaxTime).ToList() : [.. scope.Days.OrderBy(day => day.MinTime)];
        if (after is { } bound) days.RemoveAll(day => order == TraceOrder.Newest ? day.MinTime > bound.Time : day.MaxTime < bound.Time);
        return days.Count == 0 ? Task.FromResult(new TracePage([], null)) : WholeAsync(async () =>
        {
            var page = new PageRows(order, limit);
            var (at, take) = (0, 1);
            for (; at < days.Count; at += take, take *= 2)
            {
                // A page is full when it ends before all of the days that are left.
                if (page.End is { } end && (order == TraceOrder.Newest ? days[at].MaxTime < end.Time : days[at].MinTime > end.Time)) break;
                IReadOnlyList<SearchableDay> some = [.. days.Skip(at).Take(take)];
                await SettledAsync(some, cancellation);
                await AddFirstAsync(page, order, limit, after, some, cancellation);
            }
            return (page.ToPage(), (IReadOnlyList<SearchableDay>)[.. days.Take(at)]);
        }, cancellation);
    }

    public override async IAsyncEnumerable<IReadOnlyList<FoundTrace>> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        if (scope.Days.Count == 0) yield break;
        await WholeAsync(() => Task.FromResult((true, scope.Days)), cancellation); // later nobody could be told
        await foreach (var rows in RowsAsync($"{scope.Where(_bounds.Perhaps)} {TraceScope.OrderBy(TraceOrder.Oldest)}", ExportSeconds, cancellation)) yield return rows;
        await WholeAsync(() => Task.FromResult((true, scope.Days)), cancellation);
    }

    public override void Dispose()
    {
        // Nothing is held: what counts is a list.
    }

    /// <summary>An answer, and the rows of its days held against the catalogue: were there fewer or more, it would be wrong.</summary>
    private async Task<T> WholeAsync<T>(Func<Task<(T Answer, IReadOnlyList<SearchableDay> Days)>> ask, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            var (answer, days) = await ask();
            if (await FaultAsync(days, cancellation) is not { } fault) return answer;
            if (clock.GetElapsedTime(started) > Patience) throw new TraceStoreException(fault);
            await Task.Delay(Pause, clock, cancellation);
        }
    }

    /// <summary>Of a cluster a replica may lag behind, and catch up just before it is counted afterwards: so it is counted before, too.</summary>
    private Task SettledAsync(IReadOnlyList<SearchableDay> days, CancellationToken cancellation) =>
        server.Cluster.Length == 0 ? Task.CompletedTask : WholeAsync(() => Task.FromResult((true, days)), cancellation);

    private async Task<TraceStoreIncomplete?> FaultAsync(IReadOnlyList<SearchableDay> days, CancellationToken cancellation)
    {
        var expected = days.Sum(day => day.Rows);
        var found = await NumberAsync($"toInt64(count()) {scope.Of(days)}", cancellation);
        return found == expected ? null : new TraceStoreIncomplete(found, expected);
    }

    /// <summary>First the times, because whole rows would be read otherwise. Where rows must be looked at and the first of them do not fit, all are in one go.</summary>
    private async Task AddFirstAsync(PageRows page, TraceOrder order, int limit, TracePosition? after, IReadOnlyList<SearchableDay> days, CancellationToken cancellation)
    {
        var behind = SqlBounds.And(_bounds.Perhaps, TraceScope.Behind(order, after));
        var (count, last) = (0, 0L);
        using (var reader = await AskAsync(string.Create(CultureInfo.InvariantCulture, $"time {scope.Where(behind, days)} ORDER BY time {(order == TraceOrder.Newest ? "DESC" : "ASC")} LIMIT {limit}"), cancellation))
        {
            for (; await reader.NextAsync(cancellation); count++) last = await reader.Int64Async(cancellation);
        }
        if (count == 0) return;
        var isAll = count < limit;
        var near = isAll ? behind : SqlBounds.And(behind, string.Create(CultureInfo.InvariantCulture, $"time {(order == TraceOrder.Newest ? ">=" : "<=")} {last}"));
        await foreach (var rows in RowsAsync(string.Create(CultureInfo.InvariantCulture, $"{scope.Where(near, days)} {TraceScope.OrderBy(order)}{(_bounds.IsExact ? $" LIMIT {limit}" : "")}"), TraceSearch.TimeLimitSeconds, cancellation))
        {
            foreach (var row in rows)
            {
                if (!page.Add(row)) return; // those that follow are not even read
            }
        }
        if (isAll || _bounds.IsExact) return;
        var far = SqlBounds.And(behind, string.Create(CultureInfo.InvariantCulture, $"time {(order == TraceOrder.Newest ? "<" : ">")} {last}"));
        await foreach (var rows in RowsAsync(scope.Where(far, days), TraceSearch.TimeLimitSeconds, cancellation))
        {
            foreach (var row in rows) page.Add(row);
        }
    }

    /// <summary>Rows that may match and of which only looking at them tells.</summary>
    private IAsyncEnumerable<IReadOnlyList<FoundTrace>> OpenRowsAsync(CancellationToken cancellation) => _bounds.IsExact
        ? AsyncEnumerable.Empty<IReadOnlyList<FoundTrace>>()
        : RowsAsync(scope.Where(SqlBounds.And(_bounds.Perhaps, SqlBounds.Not(_bounds.Surely)), first: _bounds.Open), TraceSearch.TimeLimitSeconds, cancellation);

    /// <summary>The rows among them that match, in batches.</summary>
    private async IAsyncEnumerable<IReadOnlyList<FoundTrace>> RowsAsync(string from, int seconds, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = await RowReader.AskAsync(server, $"{RowFilter.Columns} {from}", seconds, cancellation);
        var (batch, bytes) = (new List<FoundTrace>(), 0L);
        while (true)
        {
            var isNext = await reader.NextAsync(cancellation);
            if (isNext)
            {
                batch.Add(await RowFilter.ReadAsync(reader, cancellation));
                bytes += batch[^1].Line.Length;
            }
            if (batch.Count > 0 && (!isNext || batch.Count == BatchRows || bytes > BatchBytes))
            {
                IReadOnlyList<FoundTrace> matching;
                using (await queues.Processors.StepAsync(tenant, cancellation)) matching = [.. batch.Where(row => _bounds.IsExact || _filter.Fits(row.Line))];
                if (matching.Count > 0) yield return matching;
                batch.Clear();
                bytes = 0;
            }
            if (!isNext) yield break;
        }
    }

    private Task<RowReader> AskAsync(string select, CancellationToken cancellation) => RowReader.AskAsync(server, select, TraceSearch.TimeLimitSeconds, cancellation);

    private async Task<long> NumberAsync(string select, CancellationToken cancellation)
    {
        using var reader = await AskAsync(select, cancellation);
        return await reader.NextAsync(cancellation) ? await reader.Int64Async(cancellation) : throw ClickHouseServer.Fault("A count has no row.");
    }
}
