using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Operations.Jobs;

/// <summary>The service's own jobs, for operators.</summary>
internal static class JobRoutes
{
    public const string Path = "/jobs";
    private const string Api = "/api/v1/jobs";

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, Path, Permission.ServiceRead, "clock", 20, Text.Of, "Jobs", NavigationSection.Service);

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(Path, ShowJobs.HandleAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service);
        routes.Console.MapGet(Path + "/runs.csv", DownloadRuns.HandleAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service);
        routes.Console.MapPost(Path + "/run", RunNow.PostAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);

        routes.Api.MapGet(Api, JobApi.ListAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service);
        routes.Api.MapGet(Api + "/runs", JobApi.ListRunsAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service);
        routes.Api.MapPost(Api + "/{name}/run", RunNow.ApiAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);
    }
}
