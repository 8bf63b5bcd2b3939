using Akashi.Operations.Audit;
using Akashi.Operations.Backups;
using Akashi.Operations.BusinessDays;
using Akashi.Operations.OperatorAccess;
using Akashi.Platform.Hosting;
using Akashi.Platform.Jobs;
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
        services.AddJob<RemoveOrphans>(RemoveOrphans.Name, RemoveOrphans.Schedule);
        services.AddSingleton<OperatorSteps>();
        services.AddSingleton(OperatorAccessRoutes.AskedNavigation);
        services.AddSingleton(OperatorAccessRoutes.ConsentNavigation);
        services.AddSingleton<AuditActionNames>();
        services.AddSingleton(AuditPages.Navigation);
        services.AddSingleton<IArchiveCheck, AuditCheck>();
        AuditActions.AddNames(services);
    }

    public override void MapRoutes(ServiceRoutes routes)
    {
        CalendarRoutes.Map(routes);
        OperatorAccessRoutes.Map(routes);
        AuditPages.Map(routes);
    }
}
