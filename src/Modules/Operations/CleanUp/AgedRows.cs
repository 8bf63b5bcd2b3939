using System.Globalization;
using Akashi.Identity.Contracts;
using Akashi.Platform.Events;
using Akashi.Platform.Jobs;
using Akashi.Platform.Mail;

namespace Akashi.Operations.CleanUp;

/// <summary>Removes mail and events after 90 days and the history of jobs after a year, or after 90 days where a run succeeded.</summary>
internal sealed class AgedRows(TenantDirectory tenants, MailJournal mails, EventJournal events, JobBoard jobs, TimeProvider clock) : ServiceJob
{
    public const string Name = "operations.aged-rows";

    private static readonly TimeSpan Keep = TimeSpan.FromDays(90);
    private static readonly TimeSpan KeepRuns = TimeSpan.FromDays(365);

    public static JobSchedule Schedule => JobSchedule.Cron("0 40 4 * * ?");

    public override string Japanese => "保存期間を過ぎたメール・イベント・ジョブ履歴の削除";

    public override string English => "Remove mail, events and job history past their time";

    public override async Task<string> RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var (mailCount, eventCount) = (0, 0);
        foreach (var tenant in await tenants.ListAsync(cancellation))
        {
            mailCount += await mails.DeleteBeforeAsync(tenant.Id, now - Keep, cancellation);
            eventCount += await events.DeleteBeforeAsync(tenant.Id, now - Keep, cancellation);
        }
        var files = mails.DeleteFilesBefore(now - Keep);
        var runs = await jobs.DeleteRunsBeforeAsync(now - KeepRuns, now - Keep, cancellation);
        return string.Create(CultureInfo.InvariantCulture, $"{mailCount} mails, {files} files, {eventCount} events, {runs} runs");
    }
}
