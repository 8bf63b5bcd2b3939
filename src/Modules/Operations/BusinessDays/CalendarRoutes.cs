using Akashi.Platform.Audit;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Operations.BusinessDays;

/// <summary>The service's calendar: seen by operators on a page and by every program through the API.</summary>
internal static class CalendarRoutes
{
    public const string Path = "/calendar";
    private const string Api = "/api/v1/calendar";

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, Path, Permission.ServiceRead, "calendar", 60, Text.Of, "Calendar", NavigationSection.Service);

    public static readonly AuditActionName[] Actions =
    [
        new("calendar.hours", "営業時間の変更", "Business hours changed"),
        new("calendar.day-set", "営業日カレンダーの臨時変更", "One-off day set in the calendar"),
        new("calendar.day-removed", "営業日カレンダーの臨時変更の取り消し", "One-off day removed from the calendar"),
    ];

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(Path, ShowCalendar.HandleAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service);
        routes.Console.MapGet(Path + "/days.csv", DownloadDays.HandleAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service);
        routes.Console.MapPost(Path + "/hours", ChangeHours.PostAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);
        routes.Console.MapPost(Path + "/days", ChangeDay.PostAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);
        routes.Console.MapPost(Path + "/days/remove", ChangeDay.RemoveAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);

        routes.Api.MapGet(Api + "/{year:int}", CalendarApi.GetAsync).RequirePermission(Permission.AccountSelf, TenantScope.Own);
        routes.Api.MapPut(Api + "/hours", CalendarApi.PutHoursAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);
        routes.Api.MapPut(Api + "/days/{day}", CalendarApi.PutDayAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);
        routes.Api.MapDelete(Api + "/days/{day}", CalendarApi.DeleteDayAsync).RequirePermission(Permission.ServiceManage, TenantScope.Service);
    }
}
