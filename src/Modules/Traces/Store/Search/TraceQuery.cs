using Akashi.Platform.Quotas;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Contracts.Predicates;

namespace Akashi.Traces.Store.Search;

/// <summary>What to look for.</summary>
/// <param name="From">Earliest event time, inclusive; null for any.</param>
/// <param name="To">Latest event time, exclusive; null for any.</param>
internal sealed record TraceQuery(Predicate Predicate, DateTimeOffset? From = null, DateTimeOffset? To = null)
{
    /// <summary>Unix milliseconds, inclusive: event times are whole milliseconds.</summary>
    public long FirstTime { get; } = From is { } from ? Ceiling(from) : long.MinValue;

    /// <summary>Unix milliseconds, exclusive.</summary>
    public long EndTime { get; } = To is { } to ? Ceiling(to) : long.MaxValue;

    private static long Ceiling(DateTimeOffset time)
    {
        var floor = time.ToUnixTimeMilliseconds();
        return DateTimeOffset.FromUnixTimeMilliseconds(floor) < time ? floor + 1 : floor;
    }
}

/// <param name="Degree">How many blocks are worked on at once; 0 means one a processor.</param>
/// <param name="Processors">Where each block waits for its tenant's turn; null when nobody else is there.</param>
internal sealed record SearchOptions(int Degree = 0, FairQueue? Processors = null)
{
    public static readonly SearchOptions Default = new();

    public int Workers => Degree > 0 ? Degree : Environment.ProcessorCount;

    public async ValueTask<FairPlace?> StepAsync(TenantId tenant, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return Processors is null ? null : await Processors.StepAsync(tenant, cancel);
    }
}
