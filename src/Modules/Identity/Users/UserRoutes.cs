using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Identity.Users;

/// <summary>People: pages on the console, the same for programs.</summary>
internal static class UserRoutes
{
    private const string One = UserAddress.Path + "/{id}";
    private const string Api = "/api/v1/users";
    private const string ApiOne = Api + "/{id}";

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, UserAddress.Path, Permission.UsersRead, "person", 110, Text.Of, "Users", NavigationSection.People);

    public static void Map(ServiceRoutes routes)
    {
        var console = routes.Console;
        console.MapGet(UserAddress.Path, ShowUsers.HandleAsync).RequirePermission(Permission.UsersRead, TenantScope.Own);
        console.MapGet(UserAddress.Path + "/table.csv", ShowUsers.DownloadAsync).RequirePermission(Permission.UsersRead, TenantScope.Own);
        console.MapGet(UserAddress.Path + "/add", AddUser.GetAsync).RequirePermission(Permission.UsersManage, TenantScope.Own);
        console.MapPost(UserAddress.Path + "/add", AddUser.PostAsync).RequirePermission(Permission.UsersManage, TenantScope.Own);
        console.MapGet(One, ShowUser.GetAsync).RequirePermission(Permission.UsersRead, TenantScope.Own);
        console.MapPost(One + "/edit", ShowUser.ChangeAsync).RequirePermission(Permission.UsersManage, TenantScope.Own);
        console.MapGet(One + "/suspend", ShowUser.ConfirmSuspendAsync).RequirePermission(Permission.UsersManage, TenantScope.Own);
        console.MapPost(One + "/suspend", ShowUser.SuspendAsync).RequirePermission(Permission.UsersManage, TenantScope.Own);
        console.MapPost(One + "/reactivate", ShowUser.ReactivateAsync).RequirePermission(Permission.UsersManage, TenantScope.Own);
        console.MapPost(One + "/unlock", ShowUser.UnlockAsync).RequirePermission(Permission.UsersHelp, TenantScope.Own);
        console.MapPost(One + "/send-link", ShowUser.SendLinkAsync).RequirePermission(Permission.UsersHelp, TenantScope.Own);
        console.MapPost(One + "/end-sessions", ShowUser.EndSessionsAsync).RequirePermission(Permission.UsersHelp, TenantScope.Own);

        var api = routes.Api;
        api.MapGet(Api, UserApi.ListAsync).RequirePermission(Permission.UsersRead, TenantScope.Own);
        api.MapPost(Api, AddUser.HandleAsync).RequirePermission(Permission.UsersManage, TenantScope.Own);
        api.MapGet(ApiOne, UserApi.GetAsync).RequirePermission(Permission.UsersRead, TenantScope.Own);
        api.MapPut(ApiOne, UserApi.ChangeAsync).RequirePermission(Permission.UsersManage, TenantScope.Own);
        api.MapPost(ApiOne + "/suspend", UserApi.SuspendAsync).RequirePermission(Permission.UsersManage, TenantScope.Own);
        api.MapPost(ApiOne + "/reactivate", UserApi.ReactivateAsync).RequirePermission(Permission.UsersManage, TenantScope.Own);
        api.MapPost(ApiOne + "/unlock", UserApi.UnlockAsync).RequirePermission(Permission.UsersHelp, TenantScope.Own);
        api.MapPost(ApiOne + "/send-link", UserApi.SendLinkAsync).RequirePermission(Permission.UsersHelp, TenantScope.Own);
        api.MapGet(ApiOne + "/sessions", UserApi.SessionsAsync).RequirePermission(Permission.UsersRead, TenantScope.Own);
        api.MapDelete(ApiOne + "/sessions", UserApi.EndSessionsAsync).RequirePermission(Permission.UsersHelp, TenantScope.Own);
    }
}
