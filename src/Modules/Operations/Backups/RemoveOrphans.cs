using Akashi.Identity.Contracts;
using Akashi.Platform.Jobs;
using Akashi.Platform.Objects;

namespace Akashi.Operations.Backups;

/// <summary>Objects that no catalogue names, and uploads that nobody completed.</summary>
internal sealed class RemoveOrphans(ObjectReconciler reconciler, IObjectStore objects, TenantDirectory tenants, TimeProvider clock) : ServiceJob
{
    public const string Name = "objects.reconcile";

    public override string Japanese => "どの台帳にもないオブジェクトの削除";

    public override string English => "Remove objects that no catalogue names";

    public static JobSchedule Schedule => JobSchedule.Cron("0 40 4 * * ?");

    public override async Task<JobMessage> RunAsync(CancellationToken cancellation)
    {
        var (all, orphans, bytes) = (0L, 0L, 0L);
        foreach (var tenant in await tenants.ListAsync(cancellation))
        {
            var report = await reconciler.ReconcileAsync(tenant.Id, remove: true, cancellation);
            (all, orphans, bytes) = (all + report.Objects, orphans + report.Orphans, bytes + report.Bytes);
        }
        var swept = await objects.SweepAsync(clock.GetUtcNow() - ObjectReconciler.Grace, cancellation);
        return new(
            $"オブジェクト {all} 個、削除 {orphans} 個 ({bytes} バイト)、{(swept is { } found ? $"中断したアップロード {found} 件" : "中断したアップロード: この S3 サービスでは一覧できません")}",
            $"{all} objects, {orphans} orphans removed ({bytes} bytes), {(swept is { } count ? $"{count} unfinished uploads" : "unfinished uploads: this S3 service does not list them")}");
    }
}
