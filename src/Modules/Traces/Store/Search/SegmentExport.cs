using System.Runtime.CompilerServices;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

/// <summary>Streams matching traces, oldest first.</summary>
internal static class SegmentExport
{
    /// <summary>The rows in batches. Ends the use of the segments when it is disposed.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<FoundTrace>> ReadAsync(
        TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, SearchOptions options, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var plan = await BlockPlan.MakeAsync(tenant, segments, query, options, cancel);
        var rows = new OrderedRows(plan, options);
        while (await rows.NextAsync(cancel) is { Count: > 0 } traces) yield return traces;
    }
}
