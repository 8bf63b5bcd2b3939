using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Operations.Mail;

/// <summary>The outbox, for operators.</summary>
internal static class MailRoutes
{
    public const string Path = "/mail";
    private const string Api = "/api/v1/mail";
    private const string One = "/{tenant}/{id:guid}";

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, Path, Permission.ServiceRead, "mail", 30, Text.Of, "Mail", NavigationSection.Service);

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(Path, ShowMails.HandleAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service);
        routes.Console.MapGet(Path + "/table.csv", DownloadMails.HandleAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service);
        routes.Console.MapGet(Path + One, ShowMail.HandleAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service);
        routes.Console.MapPost(Path + One + "/again", SendAgain.PostAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);

        routes.Api.MapGet(Api, ListMails.HandleAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service);
        routes.Api.MapPost(Api + One + "/again", SendAgain.ApiAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);
    }
}
