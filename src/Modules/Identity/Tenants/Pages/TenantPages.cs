using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Identity.Tenants.Pages;

/// <summary>Contracts: pages for operators, the customer's own page, and the API.</summary>
internal static class TenantPages
{
    public const string Path = "/tenants";
    public const string ContractPath = "/contract";

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, Path, Permission.TenantsRead, "home", 10, Text.Of, "Tenants", NavigationSection.Service);
    public static readonly NavigationEntry ContractNavigation = new(ServiceHost.Console, ContractPath, Permission.ContractRead, "home", 10, Text.Of, "Contract", NavigationSection.Contract);

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(Path, ShowTenants.HandleAsync).RequirePermission(Permission.TenantsRead, TenantScope.Service);
        routes.Console.MapGet(Path + "/table.csv", ShowTenants.DownloadAsync).RequirePermission(Permission.TenantsRead, TenantScope.Service);
        routes.Console.MapGet(Path + "/new", EditTenant.New).RequirePermission(Permission.TenantsManage, TenantScope.Service);
        routes.Console.MapPost(Path + "/new", EditTenant.CreateAsync).RequirePermission(Permission.TenantsManage, TenantScope.Service);
        routes.Console.MapGet(Path + "/{supportId}", ShowTenant.HandleAsync).RequirePermission(Permission.TenantsRead, TenantScope.Service);
        routes.Console.MapGet(Path + "/{supportId}/edit", EditTenant.EditAsync).RequirePermission(Permission.TenantsManage, TenantScope.Service);
        routes.Console.MapPost(Path + "/{supportId}/edit", EditTenant.ChangeAsync).RequirePermission(Permission.TenantsManage, TenantScope.Service);
        routes.Console.MapPost(Path + "/{supportId}/step", ShowTenant.StepAsync).RequirePermission(Permission.TenantsManage, TenantScope.Service);
        routes.Console.MapGet(Path + "/{supportId}/limits", EditLimits.GetAsync).RequirePermission(Permission.TenantsManage, TenantScope.Service);
        routes.Console.MapPost(Path + "/{supportId}/limits", EditLimits.PostAsync).RequirePermission(Permission.TenantsManage, TenantScope.Service);
        routes.Console.MapGet(ContractPath, ShowTenant.OwnAsync).RequirePermission(Permission.ContractRead, TenantScope.Own);

        routes.Api.MapGet("/api/v1/tenants", TenantsApi.ListAsync).RequirePermission(Permission.TenantsRead, TenantScope.Service);
        routes.Api.MapPost("/api/v1/tenants", TenantsApi.CreateAsync).RequirePermission(Permission.TenantsManage, TenantScope.Service);
        routes.Api.MapGet("/api/v1/tenants/{supportId}", TenantsApi.GetAsync).RequirePermission(Permission.TenantsRead, TenantScope.Service);
        routes.Api.MapPut("/api/v1/tenants/{supportId}", TenantsApi.ChangeAsync).RequirePermission(Permission.TenantsManage, TenantScope.Service);
        routes.Api.MapPost("/api/v1/tenants/{supportId}/suspend", TenantsApi.SuspendAsync).RequirePermission(Permission.TenantsManage, TenantScope.Service);
        routes.Api.MapPost("/api/v1/tenants/{supportId}/resume", TenantsApi.ResumeAsync).RequirePermission(Permission.TenantsManage, TenantScope.Service);
        routes.Api.MapPost("/api/v1/tenants/{supportId}/end", TenantsApi.EndAsync).RequirePermission(Permission.TenantsManage, TenantScope.Service);
        routes.Api.MapPost("/api/v1/tenants/{supportId}/take-back", TenantsApi.TakeBackAsync).RequirePermission(Permission.TenantsManage, TenantScope.Service);
        routes.Api.MapGet("/api/v1/tenants/{supportId}/limits", LimitsApi.GetAsync).RequirePermission(Permission.TenantsRead, TenantScope.Service);
        routes.Api.MapPut("/api/v1/tenants/{supportId}/limits", LimitsApi.PutAsync).RequirePermission(Permission.TenantsManage, TenantScope.Service);
        routes.Api.MapGet("/api/v1/contract/limits", LimitsApi.OwnAsync).RequirePermission(Permission.ContractRead, TenantScope.Own);
        routes.Api.MapGet("/api/v1/contract", TenantsApi.OwnAsync).RequirePermission(Permission.ContractRead, TenantScope.Own);
    }
}
