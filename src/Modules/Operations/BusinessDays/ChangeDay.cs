using Akashi.Platform.Audit;
using Akashi.Platform.Calendar;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.BusinessDays;

/// <summary>POST /calendar/days and /calendar/days/remove on the console.</summary>
internal static class ChangeDay
{
    public static async Task<IResult> PostAsync(IFormCollection form, HttpContext context, BusinessCalendar calendar, TimeProvider clock)
    {
        var input = new DayInput(form["day"].ToString(), form["open"] == "true", form["note"].ToString());
        if (!input.Read().TryGet(out var day, out var failure)) return await ShowCalendar.ShowAsync(context, calendar, clock, null, null, failure);
        await calendar.SetDayAsync(context.Caller().Tenant, AuditActor.Of(context), day, context.RequestAborted);
        return Results.Redirect($"{CalendarRoutes.Path}?year={day.Day.Date.Year}&done=Day");
    }

    public static async Task<IResult> RemoveAsync(IFormCollection form, HttpContext context, BusinessCalendar calendar)
    {
        if (!DayInput.TryDay(form["day"].ToString(), out var day)) return Results.Redirect(CalendarRoutes.Path);
        await calendar.RemoveDayAsync(context.Caller().Tenant, AuditActor.Of(context), day, context.RequestAborted);
        return Results.Redirect($"{CalendarRoutes.Path}?year={day.Date.Year}&done=Removed");
    }
}
