using System.Text.Encodings.Web;
using System.Text.Unicode;
using Akashi.Platform.Errors;
using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Akashi.Portal.Home;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Portal;

/// <summary>What every page shares: layout, components, assets, languages; and the portal's own home.</summary>
public sealed class PortalModule : AkashiModule
{

    public override string Name => "portal";

    public override void AddServices(IServiceCollection services, ServerOptions options)
    {
        // The default writes every Japanese character as a number: five times the size, and unreadable.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddSingleton<Assets>();
        services.AddSingleton<FailurePage>(FailurePages.Show);
    }

    public override void MapRoutes(ServiceRoutes routes)
    {
        routes.Portal.MapGet("/", HomeRoutes.Portal).RequirePermission(Permission.AccountSelf, TenantScope.Own);
        routes.Console.MapGet("/", HomeRoutes.Console).RequirePermission(Permission.AccountSelf, TenantScope.Own);
        foreach (var host in new[] { routes.Portal, routes.Console })
        {
            host.MapGet("/assets/{file}", (HttpContext context, Assets assets, string file) => assets.Get(context, file)).SameForEverybody("Styles and scripts.");
            host.MapPost("/language", SwitchLanguage.Post).OpenToAnybody("The language is chosen before sign-in.");
        }
        foreach (var host in Enum.GetValues<ServiceHost>())
            routes.On(host).MapFallback("{*path}", NothingHereAnswer).OpenToAnybody("Says only that nothing is there.");
    }

    private static IResult NothingHereAnswer(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        return new NothingHere(path).ToProblem();
    }
}
