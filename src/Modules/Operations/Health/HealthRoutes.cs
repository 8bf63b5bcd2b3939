using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Operations.Health;

/// <summary>The service's own health, for operators.</summary>
internal static class HealthRoutes
{
    public const string Path = "/health";
    private const string Api = "/api/v1/health";

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, Path, Permission.ServiceRead, "check", 10, Text.Of, "Health", NavigationSection.Service);

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(Path, ShowHealth.HandleAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service);
        routes.Console.MapPost(Path + "/maintenance", ChangeMaintenance.PostAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);
        routes.Console.MapPost(Path + "/maintenance/remove", ChangeMaintenance.RemoveAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);

        routes.Api.MapGet(Api, HealthApi.GetAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service);
        routes.Api.MapPost(Api + "/maintenance", HealthApi.PostMaintenanceAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);
        routes.Api.MapDelete(Api + "/maintenance/{id:guid}", HealthApi.DeleteMaintenanceAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);
    }
}
