using Akashi.Platform.Tenancy;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.ClickHouse;

/// <summary>Traces in ClickHouse. What counts is taken from the catalogue at the beginning; all questions of a view see the same rows.</summary>
internal sealed class ClickHouseStore(ClickHouseServer server, ClickHouseSchema schema, LoadBook book, TraceQueues queues, TimeProvider clock) : ITraceStore
{
    public async Task<TraceView> OpenAsync(TenantId tenant, TraceQuery query, CancellationToken cancellation)
    {
        await schema.EnsureAsync(cancellation);
        var snapshot = await book.SnapshotAsync(tenant, query.FirstTime, query.EndTime, cancellation);
        if (snapshot.Days.Count > 0) await server.ReadAsync("SELECT 1", cancellation); // an export tells at once that nobody is there
        return new ClickHouseView(server, new TraceScope(schema.Table, tenant, query, snapshot), query, tenant, queues, clock);
    }
}
