using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Identity.CustomRoles;

/// <summary>Roles: pages on the console, the same for programs.</summary>
internal static class RoleRoutes
{
    private const string Api = "/api/v1/roles";

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, RolePages.Path, Permission.UsersRead, "check", 120, Text.Of, "Roles", NavigationSection.People);

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(RolePages.Path, RolePages.ListAsync).RequirePermission(Permission.UsersRead, TenantScope.Own);
        routes.Console.MapGet(RolePages.Path + "/add", RolePages.NewAsync).RequirePermission(Permission.RolesManage, TenantScope.Own);
        routes.Console.MapPost(RolePages.Path + "/add", RolePages.CreateAsync).RequirePermission(Permission.RolesManage, TenantScope.Own);
        routes.Console.MapGet(RolePages.Path + "/{id}", RolePages.EditAsync).RequirePermission(Permission.RolesManage, TenantScope.Own);
        routes.Console.MapPost(RolePages.Path + "/{id}", RolePages.ChangeAsync).RequirePermission(Permission.RolesManage, TenantScope.Own);
        routes.Console.MapPost(RolePages.Path + "/{id}/delete", RolePages.DeleteAsync).RequirePermission(Permission.RolesManage, TenantScope.Own);

        routes.Api.MapGet(Api, RoleApi.ListAsync).RequirePermission(Permission.UsersRead, TenantScope.Own);
        routes.Api.MapPost(Api, RoleApi.CreateAsync).RequirePermission(Permission.RolesManage, TenantScope.Own);
        routes.Api.MapPut(Api + "/{id}", RoleApi.ChangeAsync).RequirePermission(Permission.RolesManage, TenantScope.Own);
        routes.Api.MapDelete(Api + "/{id}", RoleApi.DeleteAsync).RequirePermission(Permission.RolesManage, TenantScope.Own);
    }
}
