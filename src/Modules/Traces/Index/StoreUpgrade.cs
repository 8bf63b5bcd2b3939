using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Store.Format;
using Microsoft.Extensions.Logging;

namespace Akashi.Traces.Index;

/// <summary>
/// Segments that an earlier release wrote in another form are made anew from the archive, which is the truth: a tenant that has one has all of its
/// batches indexed again in the background. Until then its searches find what is indexed already, and health tells how much waits.
/// </summary>
internal sealed partial class StoreUpgrade(AkashiDatabase database, SegmentCatalogue catalogue, TimeProvider clock, ILogger<StoreUpgrade> logger)
{
    /// <summary>Also what ClickHouse had, which this node does not ask any more.</summary>
    private const string HasOlder = """
        SELECT EXISTS (SELECT 1 FROM traces.segment WHERE tenant_id = @tenant AND retired_at IS NULL AND format_version < @version)
            OR EXISTS (SELECT 1 FROM traces.cluster_head WHERE tenant_id = @tenant)
        """;

    private const string LeaveCluster = """
        DELETE FROM traces.cluster_head WHERE tenant_id = @tenant;
        DELETE FROM traces.cluster_day WHERE tenant_id = @tenant;
        DELETE FROM traces.cluster_gone WHERE tenant_id = @tenant
        """;

    /// <summary>What retention took from segments comes again, and goes again with the next run; its archived objects are there still.</summary>
    public const string IndexAnew = """
        UPDATE traces.segment SET retired_at = @now WHERE tenant_id = @tenant AND retired_at IS NULL;
        DELETE FROM traces.expired_lines WHERE tenant_id = @tenant;
        INSERT INTO traces.pending_batch (tenant_id, leaf_index)
        SELECT tenant_id, leaf_index FROM traces.batch
        WHERE tenant_id = @tenant AND received_at >= coalesce((SELECT deleting_before FROM traces.archive_horizon WHERE tenant_id = @tenant), '-infinity')
        ON CONFLICT DO NOTHING
        """;

    public async Task RunAsync(TenantId tenant, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        if (!await session.QuerySingleAsync<bool>(HasOlder, new { tenant, version = (int)SegmentFormat.Version }, cancellation)) return;
        await session.ExecuteAsync(IndexAnew, new { tenant, now = clock.GetUtcNow() }, cancellation);
        await session.ExecuteAsync(LeaveCluster, new { tenant }, cancellation);
        session.AfterCommit(() => catalogue.Changed(tenant));
        await session.CommitAsync(cancellation);
        LogIndexedAnew(tenant);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The traces of tenant {Tenant} were indexed by an earlier release and are being indexed anew from the archive. Searches are incomplete until health says that nothing waits.")]
    private partial void LogIndexedAnew(TenantId tenant);
}
