using Akashi.Platform.Quotas;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Akashi.Traces.Export;
using Akashi.Traces.Help;
using Akashi.Traces.Search;
using Akashi.Traces.Tail;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Traces.Pages;

/// <summary>The module's pages on the console.</summary>
internal static class TracesPages
{
    public const string Path = "/traces";

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, Path, Permission.TracesSearch, "search", 20, Text.Of, "Traces");

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(Path, ShowTraces.HandleAsync).RequirePermission(Permission.TracesSearch, TenantScope.Own).CountsAs(QuotaKind.Searches);
        routes.Console.MapGet(Path + "/row/{id}", ShowTrace.HandleAsync).RequirePermission(Permission.TracesSearch, TenantScope.Own).CountsAs(QuotaKind.Searches);
        routes.Console.MapGet(Path + "/completion", CompleteQuery.HandleAsync).RequirePermission(Permission.TracesSearch, TenantScope.Own).CountsAs(QuotaKind.Searches);
        routes.Console.MapGet(ShowHelp.Path, ShowHelp.Handle).RequirePermission(Permission.TracesSearch, TenantScope.Own);
        routes.Console.MapGet(Path + "/tail", ShowTail.HandleAsync).RequirePermission(Permission.TracesSearch, TenantScope.Own);
        routes.Console.MapGet(Path + "/tail/events", TailTraces.HandlePageAsync).RequirePermission(Permission.TracesSearch, TenantScope.Own).CountsAs(QuotaKind.Searches).IsUnattended();
        routes.Console.MapGet(Path + "/groups.csv", DownloadGroups.HandleAsync).RequirePermission(Permission.TracesExport, TenantScope.Own).CountsAs(QuotaKind.Searches);
        routes.Console.MapGet(Path + "/export", ExportTraces.HandleAsync).RequirePermission(Permission.TracesExport, TenantScope.Own).CountsAs(QuotaKind.Searches);
        routes.Console.MapGet(Path + "/exports/{id}", ExportProgressRoutes.ShowAsync).RequirePermission(Permission.TracesExport, TenantScope.Own).IsUnattended();
        routes.Console.MapPost(Path + "/exports/{id}/stop", ExportProgressRoutes.StopFromPageAsync).RequirePermission(Permission.TracesExport, TenantScope.Own);
    }
}
