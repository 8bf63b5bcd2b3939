using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Search;

/// <summary>
/// Where traces are searched: segments on this node, or a ClickHouse cluster. Both give the same answers to the same questions, to the byte. An
/// answer is right and whole, or the question ends with an exception.
/// </summary>
internal interface ITraceStore
{
    /// <summary>Takes what a question needs; for all questions of the view it is the same picture, as far as the store can keep one.</summary>
    /// <exception cref="TraceStoreException">The store cannot be asked now.</exception>
    Task<TraceView> OpenAsync(TenantId tenant, TraceQuery query, CancellationToken cancellation);
}

/// <summary>The traces of one tenant that fit one query.</summary>
internal abstract class TraceView : IDisposable
{
    /// <summary>Earliest and latest time of the tenant's traces around the query's time range, whether they match or not; null when there are none.</summary>
    public abstract Task<TraceTimes?> TimesAsync(CancellationToken cancellation);

    /// <summary>The matching traces that come first.</summary>
    /// <param name="limit">1 to <see cref="SegmentSearch.MaxLimit"/>.</param>
    /// <param name="after">Where the page before ended; only traces behind it are returned.</param>
    public abstract Task<TracePage> FirstAsync(TraceOrder order, int limit, TracePosition? after, CancellationToken cancellation);

    public abstract Task<long> CountAsync(CancellationToken cancellation);

    /// <summary>Counts in steps of equal width.</summary>
    /// <param name="start">Where the first step begins, in Unix milliseconds; no matching trace is earlier or behind the last step.</param>
    /// <param name="steps">0 to <see cref="SegmentSearch.MaxBuckets"/>.</param>
    public abstract Task<long[]> HistogramAsync(long start, long width, int steps, CancellationToken cancellation);

    /// <summary>Counts by the values of one to <see cref="SegmentSearch.MaxGroupFields"/> fields, and adds up the integers of another.</summary>
    /// <exception cref="Store.SearchTooBroadException">There are more different values than fit into memory.</exception>
    public abstract Task<TraceGroups> GroupsAsync(IReadOnlyList<string> by, string? sum, int limit, CancellationToken cancellation);

    /// <summary>All of them in batches, oldest first.</summary>
    public abstract IAsyncEnumerable<IReadOnlyList<FoundTrace>> ReadAsync(CancellationToken cancellation);

    public abstract void Dispose();
}

/// <summary>Unix milliseconds, both included.</summary>
internal readonly record struct TraceTimes(long Earliest, long Latest);

/// <summary>Ends a question that the store cannot answer.</summary>
internal sealed class TraceStoreException(Failure failure, Exception? cause = null) : IOException(failure.Cause is null ? failure.English : $"{failure.English} {failure.Cause}", cause)
{
    public Failure Failure => failure;
}
