using System.Globalization;
using Akashi.Platform.Audit;
using Akashi.Platform.Calendar;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.BusinessDays;

/// <summary>The calendar for programs.</summary>
internal static class CalendarApi
{
    internal sealed record HolidayAnswer(string Day, string Japanese, string English);

    /// <param name="Opens">HH:mm, Japan time.</param>
    /// <param name="Weekdays">0 Sunday to 6 Saturday.</param>
    internal sealed record HoursAnswer(string Opens, string Closes, IReadOnlyList<int> Weekdays, string YearEndFrom, string YearEndTo);

    /// <param name="Exceptions">Days that are otherwise than the rules say.</param>
    /// <param name="ClosedWeekdays">Days that would be worked on by their weekday, but are not.</param>
    internal sealed record CalendarAnswer(int Year, HoursAnswer Hours, IReadOnlyList<HolidayAnswer> Holidays, IReadOnlyList<DayInput> Exceptions, IReadOnlyList<string> ClosedWeekdays);

    public static async Task<IResult> GetAsync(int year, BusinessCalendar calendar, CancellationToken cancellation)
    {
        if (year is < JapaneseHolidays.FirstYear or > JapaneseHolidays.LastYear) return new FieldInvalid("year", year.ToString(CultureInfo.InvariantCulture), $"{JapaneseHolidays.FirstYear}–{JapaneseHolidays.LastYear}").ToProblem();
        var hours = await calendar.GetAsync(cancellation);
        var days = await calendar.DaysAsync(year, cancellation);
        var first = new JstDay(new DateOnly(year, 1, 1));
        var closed = Enumerable.Range(0, DateTime.IsLeapYear(year) ? 366 : 365).Select(first.AddDays)
            .Where(day => hours.Settings.Weekdays.Contains(day.Date.DayOfWeek) && !hours.IsBusinessDay(day)).Select(day => day.ToString());
        return Results.Json(new CalendarAnswer(
            year, ToAnswer(hours.Settings), [.. JapaneseHolidays.Of(year).Select(holiday => new HolidayAnswer(holiday.Day.ToString(), holiday.Japanese, holiday.English))],
            [.. days.Select(day => new DayInput(day.Day.ToString(), day.Open, day.Note))], [.. closed]));
    }

    public static async Task<IResult> PutHoursAsync(HoursInput input, HttpContext context, BusinessCalendar calendar)
    {
        if (!input.Read().TryGet(out var settings, out var failure)) return failure.ToProblem();
        await calendar.ChangeSettingsAsync(context.Caller().Tenant, AuditActor.Of(context), settings, context.RequestAborted);
        return Results.Json(ToAnswer(settings));
    }

    internal sealed record DayChange(bool Open, string Note);

    public static async Task<IResult> PutDayAsync(string day, DayChange change, HttpContext context, BusinessCalendar calendar)
    {
        if (!new DayInput(day, change.Open, change.Note).Read().TryGet(out var read, out var failure)) return failure.ToProblem();
        await calendar.SetDayAsync(context.Caller().Tenant, AuditActor.Of(context), read, context.RequestAborted);
        return Results.Json(new DayInput(read.Day.ToString(), read.Open, read.Note));
    }

    public static async Task<IResult> DeleteDayAsync(string day, HttpContext context, BusinessCalendar calendar)
    {
        if (!DayInput.TryDay(day, out var read)) return new FieldInvalid("day", day, "yyyy-MM-dd").ToProblem();
        await calendar.RemoveDayAsync(context.Caller().Tenant, AuditActor.Of(context), read, context.RequestAborted);
        return Results.NoContent();
    }

    private static HoursAnswer ToAnswer(BusinessHoursSettings settings) => new(
        settings.Opens.ToString("HH:mm", CultureInfo.InvariantCulture), settings.Closes.ToString("HH:mm", CultureInfo.InvariantCulture),
        [.. settings.Weekdays.Select(day => (int)day).Order()], Text(settings.YearEndFrom), Text(settings.YearEndTo));

    internal static string Text(MonthDay day) => string.Create(CultureInfo.InvariantCulture, $"{day.Month:D2}-{day.Day:D2}");
}
