using Akashi.Agent.Protocol;
using Akashi.Identity.Contracts;
using Akashi.Platform.Audit;
using Akashi.Platform.Health;
using Akashi.Platform.Hosting;
using Akashi.Platform.Metrics;
using Akashi.Platform.Objects;
using Akashi.Platform.Quotas;
using Akashi.Platform.Retention;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Traces.Archive;
using Akashi.Traces.ClickHouse;
using Akashi.Traces.Export;
using Akashi.Traces.Index;
using Akashi.Traces.Pages;
using Akashi.Traces.Rebuild;
using Akashi.Traces.Receive;
using Akashi.Traces.Retention;
using Akashi.Traces.Saved;
using Akashi.Traces.Search;
using Akashi.Traces.Tail;
using Akashi.Traces.Verify;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Traces;

public sealed class TracesModule : AkashiModule
{
    public override string Name => "traces";

    public override void AddServices(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton<BatchArchive>();
        services.AddSingleton<ITenantFiles, TenantSegments>();
        services.AddSingleton<ManifestLog>();
        services.AddSingleton<ReceiveBudget>();
        services.AddSingleton<TraceQueues>();
        services.AddSingleton<BatchReceiver>();
        services.AddSingleton<PendingBatches>();
        services.AddSingleton<BatchMetrics>();
        services.AddMetricSource<IndexingBacklog>();
        services.AddHealthCheck<IndexingHealth>();
        services.AddSingleton<SegmentFolder>();
        services.AddSingleton<SegmentCatalogue>();
        services.AddSingleton<SegmentReaders>();
        services.AddSingleton<TraceSearch>();
        services.AddSingleton<RecentValues>();
        services.AddSingleton<SavedSearchBook>();
        services.AddSingleton<ExportRuns>();
        services.AddSingleton<TailBatches>();
        services.AddSingleton<TailPlaces>();
        services.AddSingleton<LiveTail>();
        services.AddSingleton(new AuditActionName("search.save", "検索の保存", "Search saved"));
        services.AddSingleton(new AuditActionName("search.change", "保存した検索の変更", "Saved search changed"));
        services.AddSingleton(new AuditActionName("search.delete", "保存した検索の削除", "Saved search deleted"));
        services.AddSingleton(TracesPages.Navigation);
        services.AddSingleton(new AuditActionName(TraceNames.ImportAction, "証跡の取り込み", "Traces imported"));
        services.AddSingleton<RebuildQueue>();
        services.AddSingleton<BatchSegments>();
        services.AddSingleton<DayRebuild>();
        services.AddSingleton(new AuditActionName(TraceNames.RebuildAction, "検索データの作り直しの依頼", "Rebuild of search data asked for"));
        services.AddSingleton(new AuditActionName(TraceNames.ExportAction, "証跡の出力", "Traces exported"));
        services.AddSingleton<IArchiveCheck, ArchiveVerification>();
        services.AddSingleton<IObjectOwner, ArchiveObjects>();
        services.AddSingleton<IRetained, ArchiveRetention>();
        if (options.EmbeddedTraces) AddSegments(services);
        else if (options.ClickHouse.IsSet) AddClickHouse(services);
        else services.AddSingleton<ITraceStore, NoTraceStore>();
    }

    private static void AddSegments(IServiceCollection services)
    {
        services.AddSingleton<ITraceStore, SegmentStore>();
        services.AddSingleton<IRetained, SegmentRetention>();
        services.AddSingleton<StoreUpgrade>();
        services.AddHostedService<Indexer>();
        services.AddHostedService<Merger>();
    }

    private static void AddClickHouse(IServiceCollection services)
    {
        services.AddSingleton<ITraceStore, ClickHouseStore>();
        services.AddSingleton<ClickHouseServer>();
        services.AddSingleton<ClickHouseSchema>();
        services.AddSingleton<LoadBook>();
        services.AddSingleton<LoadWriter>();
        services.AddSingleton<ClickHouseRebuild>();
        services.AddSingleton<ClickHouseCleaner>();
        services.AddSingleton<ClickHouseTenants>();
        services.AddSingleton<ITenantFiles>(provider => provider.GetRequiredService<ClickHouseTenants>());
        services.AddSingleton<IRetained, ClickHouseRetention>();
        services.AddHealthCheck<ClickHouseHealth>();
        services.AddHostedService<ClickHouseLoader>();
    }

    public override async Task StartAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var options = services.GetRequiredService<ServerOptions>();
        if (!options.SearchesTraces) return;
        if (options.EmbeddedTraces) services.GetRequiredService<SegmentFolder>().Take();
        foreach (var tenant in await services.GetRequiredService<TenantDirectory>().ListAsync(cancellation))
        {
            if (!options.EmbeddedTraces)
            {
                await services.GetRequiredService<ClickHouseTenants>().EnterAsync(tenant.Id, cancellation);
                continue;
            }
            await services.GetRequiredService<StoreUpgrade>().RunAsync(tenant.Id, cancellation);
            services.GetRequiredService<SegmentFolder>().Sweep(tenant.Id, await services.GetRequiredService<SegmentCatalogue>().FileNamesAsync(tenant.Id, cancellation));
        }
    }

    public override void MapRoutes(ServiceRoutes routes)
    {
        routes.Agent.MapPut(AgentRoutes.Batches + "{name}", PutBatch.HandleAsync).RequirePermission(Permission.TerminalSelf, TenantScope.Own).TakesBatches();

        routes.Api.MapPut("/api/v1/traces/import/{name}", ImportBatch.HandleAsync).RequirePermission(Permission.TracesImport, TenantScope.Own).TakesBatches();
        routes.Api.MapGet("/api/v1/traces", SearchTraces.HandleAsync).RequirePermission(Permission.TracesSearch, TenantScope.Own).CountsAs(QuotaKind.Searches);
        routes.Api.MapGet("/api/v1/traces/count", CountTraces.HandleAsync).RequirePermission(Permission.TracesSearch, TenantScope.Own).CountsAs(QuotaKind.Searches);
        routes.Api.MapGet("/api/v1/traces/histogram", CountByTime.HandleAsync).RequirePermission(Permission.TracesSearch, TenantScope.Own).CountsAs(QuotaKind.Searches);
        routes.Api.MapGet("/api/v1/traces/completion", CompleteQuery.HandleAsync).RequirePermission(Permission.TracesSearch, TenantScope.Own).CountsAs(QuotaKind.Searches);
        routes.Api.MapGet("/api/v1/traces/groups", GroupTraces.HandleAsync).RequirePermission(Permission.TracesSearch, TenantScope.Own).CountsAs(QuotaKind.Searches);
        routes.Api.MapPost("/api/v1/traces/rebuild", RebuildRoutes.AskAsync).RequirePermission(Permission.TracesRebuild, TenantScope.Own);
        routes.Api.MapGet("/api/v1/traces/rebuild", RebuildRoutes.ListAsync).RequirePermission(Permission.TracesRebuild, TenantScope.Own);
        routes.Api.MapGet("/api/v1/traces/export", ExportTraces.HandleAsync).RequirePermission(Permission.TracesExport, TenantScope.Own).CountsAs(QuotaKind.Searches);
        routes.Api.MapGet("/api/v1/traces/exports/{id}", ExportProgressRoutes.ShowAsync).RequirePermission(Permission.TracesExport, TenantScope.Own);
        routes.Api.MapDelete("/api/v1/traces/exports/{id}", ExportProgressRoutes.StopAsync).RequirePermission(Permission.TracesExport, TenantScope.Own);

        routes.Api.MapGet("/api/v1/traces/tail", TailTraces.HandleAsync).RequirePermission(Permission.TracesSearch, TenantScope.Own).CountsAs(QuotaKind.Searches).IsUnattended();

        SavedSearchRoutes.Map(routes);
        TracesPages.Map(routes);
    }
}
