using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Operations.Audit;

/// <summary>The audit log on the console and in the API.</summary>
internal static class AuditPages
{
    public const string Path = "/audit";
    private const string ApiPath = "/api/v1/audit";

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, Path, Permission.AuditRead, "log", 90, Text.Of, "AuditLog", NavigationSection.Contract);

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(Path, ShowAudit.HandleAsync).RequirePermission(Permission.AuditRead, TenantScope.Own);
        routes.Console.MapGet(Path + "/entry/{id}", ShowAuditEntry.HandleAsync).RequirePermission(Permission.AuditRead, TenantScope.Own);
        routes.Console.MapGet(Path + "/table.csv", DownloadAudit.HandleAsync).RequirePermission(Permission.AuditRead, TenantScope.Own);
        routes.Console.MapGet(Path + "/export", ExportAudit.HandleAsync).RequirePermission(Permission.AuditRead, TenantScope.Own);

        routes.Api.MapGet(ApiPath, ListAudit.HandleAsync).RequirePermission(Permission.AuditRead, TenantScope.Own);
        routes.Api.MapGet(ApiPath + "/table.csv", DownloadAudit.HandleAsync).RequirePermission(Permission.AuditRead, TenantScope.Own);
        routes.Api.MapGet(ApiPath + "/export", ExportAudit.HandleAsync).RequirePermission(Permission.AuditRead, TenantScope.Own);
    }
}
