using Akashi.Platform.Tenancy;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Search;

/// <summary>A node that only receives and archives. An empty answer would say that nothing happened, so it gives none.</summary>
internal sealed class NoTraceStore : ITraceStore
{
    public Task<TraceView> OpenAsync(TenantId tenant, TraceQuery query, CancellationToken cancellation) => throw new TraceStoreException(new SearchNotServed());
}
