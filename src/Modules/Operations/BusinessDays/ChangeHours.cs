using System.Globalization;
using Akashi.Platform.Audit;
using Akashi.Platform.Calendar;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.BusinessDays;

/// <summary>POST /calendar/hours on the console.</summary>
internal static class ChangeHours
{
    public static async Task<IResult> PostAsync(IFormCollection form, HttpContext context, BusinessCalendar calendar, TimeProvider clock)
    {
        var weekdays = form["weekday"].Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var day) ? day : -1).ToList();
        var input = new HoursInput(form["opens"].ToString(), form["closes"].ToString(), weekdays, form["yearEndFrom"].ToString(), form["yearEndTo"].ToString());
        if (!input.Read().TryGet(out var settings, out var failure)) return await ShowCalendar.ShowAsync(context, calendar, clock, null, null, failure);
        await calendar.ChangeSettingsAsync(context.Caller().Tenant, AuditActor.Of(context), settings, context.RequestAborted);
        return Results.Redirect(CalendarRoutes.Path + "?done=Hours");
    }
}
