using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Endpoints.Pages;

/// <summary>The module's pages on the console.</summary>
internal static class EndpointsPages
{
    public const string Path = "/terminals";
    public const string AddPath = Path + "/add";

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, Path, Permission.TerminalsRead, "terminal", 10, Text.Of, "Terminals");

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(Path, ShowTerminals.HandleAsync).RequirePermission(Permission.TerminalsRead, TenantScope.Own);
        routes.Console.MapGet(Path + "/table.csv", DownloadTerminals.HandleAsync).RequirePermission(Permission.TerminalsRead, TenantScope.Own);
        routes.Console.MapGet(AddPath, AddTerminal.Get).RequirePermission(Permission.TerminalsEnrol, TenantScope.Own);
        routes.Console.MapPost(AddPath, AddTerminal.PostAsync).RequirePermission(Permission.TerminalsEnrol, TenantScope.Own);
    }
}
