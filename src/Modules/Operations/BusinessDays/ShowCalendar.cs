using Akashi.Platform.Calendar;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.BusinessDays;

internal sealed record CalendarView(int Year, BusinessHours Hours, IReadOnlyList<CalendarDay> Days, JstDay Today, bool MayChange, string? Done, Failure? Failure);

/// <summary>GET /calendar on the console: a year, its holidays, and the settings.</summary>
internal static class ShowCalendar
{
    public static Task<IResult> HandleAsync(HttpContext context, BusinessCalendar calendar, TimeProvider clock, int? year, string? done) => ShowAsync(context, calendar, clock, year, done, null);

    public static async Task<IResult> ShowAsync(HttpContext context, BusinessCalendar calendar, TimeProvider clock, int? year, string? done, Failure? failure)
    {
        var today = JstDay.Of(clock.GetUtcNow());
        var shown = Math.Clamp(year ?? today.Date.Year, JapaneseHolidays.FirstYear, JapaneseHolidays.LastYear);
        object view = new CalendarView(
            shown, await calendar.GetAsync(context.RequestAborted), await calendar.DaysAsync(shown, context.RequestAborted), today,
            context.Caller().Permissions.Contains(Permission.ServiceManage), done, failure);
        return Page.Show<CalendarPage>(new { Model = view }, failure?.Status ?? StatusCodes.Status200OK);
    }
}
