using Akashi.Identity.Contracts;
using Akashi.Platform.Events;
using Akashi.Platform.Jobs;
using Akashi.Platform.Mail;
using Akashi.Platform.Web.Idempotency;

namespace Akashi.Operations.CleanUp;

/// <summary>Removes mail and events after 90 days, the history of jobs after a year (after 90 days where a run succeeded), and answers kept for repeated requests after a day.</summary>
internal sealed class AgedRows(TenantDirectory tenants, MailJournal mails, EventJournal events, IdempotentRequests requests, JobBoard jobs, TimeProvider clock) : ServiceJob
{
    public const string Name = "operations.aged-rows";

    private static readonly TimeSpan Keep = TimeSpan.FromDays(90);
    private static readonly TimeSpan KeepRuns = TimeSpan.FromDays(365);

    public static JobSchedule Schedule => JobSchedule.Cron("0 40 4 * * ?");

    public override string Japanese => "保存期間を過ぎたメール・イベント・ジョブ履歴・API 応答の控えの削除";

    public override string English => "Remove mail, events, job history and kept API answers past their time";

    public override async Task<JobMessage> RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var (mailCount, eventCount, answers) = (0, 0, 0);
        foreach (var tenant in await tenants.ListAsync(cancellation))
        {
            mailCount += await mails.DeleteBeforeAsync(tenant.Id, now - Keep, cancellation);
            eventCount += await events.DeleteBeforeAsync(tenant.Id, now - Keep, cancellation);
            answers += await requests.DeleteSpentAsync(tenant.Id, cancellation);
        }
        var files = mails.DeleteFilesBefore(now - Keep);
        var runs = await jobs.DeleteRunsBeforeAsync(now - KeepRuns, now - Keep, cancellation);
        return new(
            $"メール {mailCount} 通、ファイル {files} 個、イベント {eventCount} 件、応答の控え {answers} 件、実行の記録 {runs} 件",
            $"{mailCount} mails, {files} files, {eventCount} events, {answers} kept answers, {runs} runs");
    }
}
