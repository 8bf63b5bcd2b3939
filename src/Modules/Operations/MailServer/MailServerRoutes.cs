using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Operations.MailServer;

/// <summary>A tenant's own mail server.</summary>
internal static class MailServerRoutes
{
    public const string Path = "/mail-server";
    private const string Api = "/api/v1/mail-server";

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, Path, Permission.SettingsManage, "mail", 60, Text.Of, "MailServer", NavigationSection.Contract);

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(Path, ShowMailServer.HandleAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
        routes.Console.MapPost(Path, SaveMailServer.PostAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
        routes.Console.MapPost(Path + "/remove", RemoveMailServer.PostAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
        routes.Console.MapPost(Path + "/test", TestMailServer.PostAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);

        routes.Api.MapGet(Api, ShowMailServer.ApiAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
        routes.Api.MapPut(Api, SaveMailServer.ApiAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
        routes.Api.MapDelete(Api, RemoveMailServer.ApiAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
        routes.Api.MapPost(Api + "/test", TestMailServer.ApiAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
    }
}
