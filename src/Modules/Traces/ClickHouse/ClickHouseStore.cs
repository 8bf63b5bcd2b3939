using Akashi.Platform.Tenancy;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.ClickHouse;

/// <summary>Traces in ClickHouse. What counts is taken from the catalogue at the beginning; all questions of a view see the same rows.</summary>
internal sealed class ClickHouseStore(ClickHouseServer server, ClickHouseSchema schema, LoadBook book, TraceQueues queues, TimeProvider clock) : ITraceStore
{
    /// <summary>A replica may lag so long; then a question is refused rather than answered short.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public async Task<TraceView> OpenAsync(TenantId tenant, TraceQuery query, CancellationToken cancellation)
    {
        await schema.EnsureAsync(cancellation);
        var started = clock.GetTimestamp();
        while (true)
        {
            var scope = new TraceScope(schema.Table, tenant, query, await book.SnapshotAsync(tenant, query.FirstTime, query.EndTime, cancellation));
            var view = new ClickHouseView(server, scope, query, tenant, queues);
            try
            {
                await view.CheckAsync(cancellation);
                return view;
            }
            catch (TraceStoreException e) when (e.Failure is TraceStoreIncomplete && clock.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(Pause, clock, cancellation);
            }
        }
    }
}
