using Akashi.Identity.Retention;
using Akashi.Identity.Activation;
using Akashi.Identity.CleanUp;
using Akashi.Identity.Contracts;
using Akashi.Identity.CustomRoles;
using Akashi.Identity.HandOff;
using Akashi.Identity.Passwords;
using Akashi.Identity.Sessions;
using Akashi.Identity.SignIn;
using Akashi.Identity.SignInPolicies;
using Akashi.Identity.Tenants;
using Akashi.Identity.Tenants.Pages;
using Akashi.Identity.Tokens;
using Akashi.Identity.Users;
using Akashi.Platform.Database;
using Akashi.Platform.Hosting;
using Akashi.Platform.Quotas;
using Akashi.Platform.Retention;
using Akashi.Platform.Jobs;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Identity;

/// <summary>Tenants, people, how they sign in, their sessions and tokens.</summary>
public sealed class IdentityModule : AkashiModule
{
    public override string Name => "identity";

    public override void AddServices(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(new SignInPolicy());
        services.AddSingleton(_ => PasswordQueue.ForThisMachine());
        services.AddSingleton<TenantDirectory>();
        services.AddSingleton<PeopleDirectory>();
        services.AddSingleton<EntitlementBook>();
        services.AddSingleton<TenantLifecycle>();
        services.AddSingleton<TenantRegister>();
        services.AddSingleton<TenantSteps>();
        services.AddSingleton(TenantPages.Navigation);
        foreach (var action in ContractActions.All) services.AddSingleton(action);
        services.AddSingleton(TenantPages.ContractNavigation);
        services.AddSingleton<CreateTenant>();
        services.AddSingleton<FirstTenants>();
        services.AddSingleton<OperatorAccess>();
        services.AddSingleton<ApiTokens>();
        services.AddSingleton<TokenChanges>();
        services.AddSingleton(TokenRoutes.Navigation);
        services.AddSingleton<Activations>();
        services.AddSingleton<LinkRequests>();
        services.AddHostedService<LinkWork>();
        services.AddSingleton<TypedNames>();
        services.AddSingleton<SignInCodes>();
        services.AddSingleton<Factors>();
        services.AddSingleton(FactorRoutes.Navigation);
        services.AddSingleton<UserDirectory>();
        foreach (var action in PeopleActions.All) services.AddSingleton(action);
        services.AddSingleton<UserChanges>();
        services.AddSingleton<UserHelp>();
        services.AddSingleton<UserDetails>();
        services.AddSingleton(UserRoutes.Navigation);
        services.AddSingleton<RoleBook>();
        services.AddSingleton<RoleChanges>();
        services.AddSingleton(RoleRoutes.Navigation);
        services.AddSingleton<SignInMetrics>();
        services.AddSingleton<PasswordJudge>();
        services.AddSingleton<SessionBook>();
        services.AddSingleton<IRetained, SignInRetention>();
        services.AddJob<SpentRows>(SpentRows.Name, SpentRows.Schedule);
        services.AddJob<ContractClock>(ContractClock.Name, ContractClock.Schedule);
        services.AddSingleton<FindPlanLimits>(provider => async (tenant, cancellation) =>
            PlanCatalogue.LimitsOf((await provider.GetRequiredService<EntitlementBook>().OfAsync(tenant, cancellation)).Plan));
        services.AddSingleton<FindOperatorContact>(provider => cancellation => OperatorContacts.FindAsync(provider.GetRequiredService<AkashiDatabase>(), cancellation));
        services.AddSingleton<ICallerAuthenticator, SessionAuthenticator>();
        services.AddSingleton<ICallerAuthenticator, TokenAuthenticator>();
    }

    public override void MapRoutes(ServiceRoutes routes)
    {
        const string before = "Who asks is not known before sign-in.";
        routes.Portal.MapGet("/sign-in", PasswordSignIn.Get).OpenToAnybody(before);
        routes.Portal.MapPost("/sign-in", PasswordSignIn.PostAsync).OpenToAnybody(before);
        routes.Portal.MapGet(CodeSignIn.Path, CodeSignIn.GetAsync).OpenToAnybody(before);
        routes.Portal.MapPost(CodeSignIn.Path, CodeSignIn.PostAsync).OpenToAnybody(before);
        routes.Portal.MapPost(CodeSignIn.AgainPath, CodeSignIn.SendAgainAsync).OpenToAnybody(before);
        routes.Portal.MapGet(AskForLink.Path, AskForLink.Get).OpenToAnybody(before);
        routes.Portal.MapPost(AskForLink.Path, AskForLink.PostAsync).OpenToAnybody(before);
        foreach (var path in new[] { Activations.FirstAccessPath, Activations.ResetPath })
        {
            routes.Portal.MapGet(path, SetPassword.GetAsync).OpenToAnybody("The link itself is the credential.");
            routes.Portal.MapPost(path, SetPassword.PostAsync).OpenToAnybody("The link itself is the credential.");
        }
        routes.Portal.MapGet(OwnSessions.Path, OwnSessions.GetAsync).RequirePermission(Permission.AccountSelf, TenantScope.Own);
        routes.Portal.MapPost(OwnSessions.Path + "/end", OwnSessions.EndAsync).RequirePermission(Permission.AccountSelf, TenantScope.Own);
        routes.Portal.MapPost(OwnSessions.Path + "/end-others", OwnSessions.EndOthersAsync).RequirePermission(Permission.AccountSelf, TenantScope.Own);
        routes.Portal.MapGet("/account/password", ChangePassword.Get).RequirePermission(Permission.AccountSelf, TenantScope.Own);
        routes.Portal.MapPost("/account/password", ChangePassword.PostAsync).RequirePermission(Permission.AccountSelf, TenantScope.Own);

        routes.Portal.MapGet("/to/console", HandOffRoutes.LeaveAsync).RequirePermission(Permission.AccountSelf, TenantScope.Own);
        routes.Console.MapGet("/begin", HandOffRoutes.Begin).OpenToAnybody(before);
        routes.Console.MapGet("/hand-off", HandOffRoutes.ArriveAsync).OpenToAnybody("The code and the browser's secret are the credential.");

        foreach (var host in new[] { routes.Portal, routes.Console })
        {
            host.MapPost("/sign-out", SignOut.PostAsync).RequirePermission(Permission.AccountSelf, TenantScope.Own);
            host.MapGet("/signed-out", SignedOutPage.Show).OpenToAnybody("Shown after the session has ended.");
        }
        UserRoutes.Map(routes);
        RoleRoutes.Map(routes);
        TokenRoutes.Map(routes);
        FactorRoutes.Map(routes);
        TenantPages.Map(routes);
    }

    public override Task StartAsync(IServiceProvider services, CancellationToken cancellation) =>
        services.GetRequiredService<FirstTenants>().EnsureAsync(cancellation);
}
