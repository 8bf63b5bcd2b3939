using Akashi.Identity.Contracts;
using Akashi.Platform.Audit;
using Akashi.Platform.Jobs;
using Akashi.Platform.Calendar;
using Akashi.Platform.Retention;

namespace Akashi.Operations.Retention;

/// <summary>Deletes every night what is past its period, tenant by tenant, and leaves proof.</summary>
internal sealed class ApplyRetention(RetentionBook book, AuditRetention auditLog, TenantDirectory tenants, TimeProvider clock) : ServiceJob
{
    public const string Name = "retention.apply";

    public override string Japanese => "保存期間を過ぎたデータの削除";

    public override string English => "Delete data past its retention";

    public static JobSchedule Schedule => JobSchedule.Cron("0 10 3 * * ?");

    public override async Task<JobMessage> RunAsync(CancellationToken cancellation)
    {
        var all = await tenants.ListAsync(cancellation);
        var (items, failed) = (0L, new List<Exception>());
        foreach (var tenant in all)
        {
            try
            {
                items += await book.ApplyAsync(tenant.Id, cancellation);
                // The audit log records its own deletions, and keeps their hashes.
                var days = (await book.PeriodsAsync(tenant.Id, cancellation)).Single(period => period.Class == RetentionClass.AuditLog).Days;
                items += (await auditLog.DeleteBeforeAsync(tenant.Id, JstDay.Of(clock.GetUtcNow()).AddDays(-days).Start.ToUniversalTime(), AuditActor.Service(Name), cancellation)).Deleted;
            }
            catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
            {
                failed.Add(e); // one tenant's damaged data must not keep the others' beyond its time
            }
        }
        if (failed.Count > 0) throw new AggregateException($"Retention failed for {failed.Count} of {all.Count} tenants.", failed);
        return new($"契約 {all.Count} 件、削除 {items} 件", $"{all.Count} tenants, {items} items deleted");
    }
}
