using Akashi.Platform.Audit;
using Akashi.Platform.Retention;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Operations.Retention;

/// <summary>How long a tenant's data is kept, and the proof of what was deleted.</summary>
internal static class RetentionRoutes
{
    public const string Path = "/retention";
    private const string Api = "/api/v1/retention";

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, Path, Permission.SettingsManage, "box", 70, Text.Of, "Retention", NavigationSection.Contract);

    public static readonly AuditActionName[] Actions =
    [
        new(RetentionBook.ChangeAction, "保存期間の変更", "Retention period changed"),
        new(RetentionBook.DeleteAction, "保存期間を過ぎたデータの削除", "Data past retention deleted"),
    ];

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(Path, ShowRetention.HandleAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
        routes.Console.MapPost(Path, ShowRetention.PostAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
        routes.Console.MapGet(Path + "/deletions.csv", DownloadDeletions.HandleAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);

        routes.Api.MapGet(Api, RetentionApi.ListAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
        routes.Api.MapPut(Api + "/{class}", RetentionApi.PutAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
        routes.Api.MapGet(Api + "/deletions", RetentionApi.DeletionsAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
    }
}
