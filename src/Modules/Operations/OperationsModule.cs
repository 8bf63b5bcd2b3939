using Akashi.Endpoints.Contracts;
using Akashi.Operations.Audit;
using Akashi.Operations.Backups;
using Akashi.Operations.BusinessDays;
using Akashi.Operations.CleanUp;
using Akashi.Operations.Events;
using Akashi.Operations.Jobs;
using Akashi.Operations.Mail;
using Akashi.Operations.MailServer;
using Akashi.Operations.Health;
using Akashi.Operations.OperatorAccess;
using Akashi.Operations.Retention;
using Akashi.Platform.Audit;
using Akashi.Platform.Events;
using Akashi.Platform.Health;
using Akashi.Platform.Hosting;
using Akashi.Platform.Jobs;
using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Operations;

/// <summary>How the service itself is run and shown: audit log, jobs, mail, events, health, backup, retention.</summary>
public sealed class OperationsModule : AkashiModule
{
    public override string Name => "operations";

    public override void AddServices(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(CalendarRoutes.Navigation);
        foreach (var action in CalendarRoutes.Actions) services.AddSingleton(action);
        services.AddJob<NightlyBackup>(NightlyBackup.Name, NightlyBackup.Schedule, recover: false);
        services.AddJob<HourlyBackup>(HourlyBackup.Name, HourlyBackup.Schedule, recover: false);
        services.AddSingleton(RetentionRoutes.Navigation);
        foreach (var action in RetentionRoutes.Actions) services.AddSingleton(action);
        services.AddJob<ApplyRetention>(ApplyRetention.Name, ApplyRetention.Schedule);
        services.AddJob<RemoveOrphans>(RemoveOrphans.Name, RemoveOrphans.Schedule);
        services.AddSingleton(MailRoutes.Navigation);
        services.AddSingleton(MailServerRoutes.Navigation);
        services.AddSingleton(JobRoutes.Navigation);
        services.AddSingleton(EventRoutes.Navigation);
        services.AddJob<AgedRows>(AgedRows.Name, AgedRows.Schedule);
        services.AddEventConsumer<TerminalEnrolled, TerminalEnrolledAudit>(TerminalEnrolledAudit.Name);
        services.AddEventConsumer<OperatorAccessChanged, AccessMails>(AccessMails.Name);
        AddAuditNames(services);
        services.AddSingleton<OperatorSteps>();
        foreach (var action in AccessActions.All) services.AddSingleton(action);
        services.AddSingleton(OperatorAccessRoutes.AskedNavigation);
        services.AddSingleton(OperatorAccessRoutes.ConsentNavigation);
        services.AddSingleton<AuditActionNames>();
        services.AddSingleton(AuditPages.Navigation);
        services.AddSingleton<IArchiveCheck, AuditCheck>();
        AuditActions.AddNames(services);
        services.AddSingleton(HealthRoutes.Navigation);
        services.AddHealthCheck<BackupHealth>();
        services.AddSingleton<HealthLog>();
        services.AddSingleton<Maintenance>();
        foreach (var action in Maintenance.Actions) services.AddSingleton(action);
        services.AddJob<HealthJob>(HealthJob.Name, JobSchedule.Every(HealthJob.Interval));
    }

    public override void MapRoutes(ServiceRoutes routes)
    {
        CalendarRoutes.Map(routes);
        RetentionRoutes.Map(routes);
        OperatorAccessRoutes.Map(routes);
        AuditPages.Map(routes);
        JobRoutes.Map(routes);
        MailRoutes.Map(routes);
        MailServerRoutes.Map(routes);
        EventRoutes.Map(routes);
        HealthRoutes.Map(routes);
    }

    private static void AddAuditNames(IServiceCollection services)
    {
        services.AddSingleton(new AuditActionName(SendAgain.Action, "メールの再送", "Mail sent again"));
        services.AddSingleton(new AuditActionName(SaveMailServer.Action, "メールサーバーの設定変更", "Mail server changed"));
        services.AddSingleton(new AuditActionName(RemoveMailServer.Action, "メールサーバーの設定削除", "Mail server removed"));
        services.AddSingleton(new AuditActionName(TerminalEnrolledAudit.Action, "端末の登録", "Terminal enrolled"));
        services.AddSingleton(new AuditActionName(RunNow.Action, "ジョブの手動実行", "Job run by hand"));
        services.AddSingleton(new AuditActionName(ReplayEvent.Action, "イベントの再実行", "Event tried again"));
        services.AddSingleton(new AuditActionName(ReplaySince.Action, "イベントの再処理", "Events replayed from a time"));
    }
}
