using Akashi.Agent.Protocol;
using Akashi.Endpoints.Contracts;
using Akashi.Endpoints.Enrolment;
using Akashi.Endpoints.Pages;
using Akashi.Endpoints.Terminals;
using Akashi.Platform.Audit;
using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Endpoints;

public sealed class EndpointsModule : AkashiModule
{
    public override string Name => "endpoints";

    public override void AddServices(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton<EnrolmentTokens>();
        services.AddSingleton(new AuditActionName(EnrolmentTokens.CreateAction, "端末登録トークンの発行", "Enrolment token made"));
        services.AddSingleton<TerminalDirectory>();
        services.AddSingleton(EndpointsPages.Navigation);
        services.AddSingleton<TerminalRegister>();
        services.AddSingleton(provider => new LocalEnrolment(provider.GetRequiredService<EnrolmentTokens>()));
        services.AddSingleton<ICallerAuthenticator, TerminalAuthenticator>();
    }

    public override void MapRoutes(ServiceRoutes routes)
    {
        routes.Enrol.MapPost(AgentRoutes.Enrol, Enrol.HandleAsync).OpenToAnybody("The one-time token in the body is the credential.");

        routes.Agent.MapPost(AgentRoutes.Renew, Renew.HandleAsync).RequirePermission(Permission.TerminalSelf, TenantScope.Own);
        routes.Agent.MapGet(AgentRoutes.Policy, GetPolicy.HandleAsync).RequirePermission(Permission.TerminalSelf, TenantScope.Own);
        routes.Agent.MapPost(AgentRoutes.Rejected, ReportRejected.HandleAsync).RequirePermission(Permission.TerminalSelf, TenantScope.Own);

        routes.Api.MapGet("/api/v1/terminals", ListTerminals.HandleAsync).RequirePermission(Permission.TerminalsRead, TenantScope.Own);
        routes.Api.MapPost("/api/v1/enrolment-tokens", CreateEnrolmentToken.HandleAsync).RequirePermission(Permission.TerminalsEnrol, TenantScope.Own);

        EndpointsPages.Map(routes);
    }
}
