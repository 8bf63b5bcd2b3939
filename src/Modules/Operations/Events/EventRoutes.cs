using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Operations.Events;

/// <summary>Events between modules, for operators.</summary>
internal static class EventRoutes
{
    public const string Path = "/events";
    private const string Api = "/api/v1/events";

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, Path, Permission.ServiceRead, "relay", 40, Text.Of, "Events", NavigationSection.Service);

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(Path, ShowEvents.HandleAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service);
        routes.Console.MapPost(Path + "/replay", ReplayEvent.PostAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);
        routes.Console.MapPost(Path + "/replay-since", ReplaySince.PostAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);

        routes.Api.MapGet(Api, EventApi.ListAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service);
        routes.Api.MapPost(Api + "/replay", ReplayEvent.ApiAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);
        routes.Api.MapPost(Api + "/replay-since", ReplaySince.ApiAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);
    }
}
