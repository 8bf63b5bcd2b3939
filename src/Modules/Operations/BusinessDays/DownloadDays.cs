using System.Globalization;
using Akashi.Platform.Calendar;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.BusinessDays;

/// <summary>GET /calendar/days.csv on the console: every day of a year and whether it is worked on.</summary>
internal static class DownloadDays
{
    private static readonly string[] Columns = ["Day", "Weekday", "Kind", "Name"];

    public static async Task HandleAsync(HttpContext context, BusinessCalendar calendar, TimeProvider clock, int? year, CancellationToken cancellation)
    {
        var shown = Math.Clamp(year ?? JstDay.Of(clock.GetUtcNow()).Date.Year, JapaneseHolidays.FirstYear, JapaneseHolidays.LastYear);
        var hours = await calendar.GetAsync(cancellation);
        var changed = (await calendar.DaysAsync(shown, cancellation)).ToDictionary(day => day.Day);
        await using var csv = Csv.Answer(context, $"calendar-{shown.ToString(CultureInfo.InvariantCulture)}.csv");
        await csv.WriteAsync([.. Columns.Select(column => Text.Of[column])]);
        var names = CultureInfo.CurrentUICulture.DateTimeFormat.AbbreviatedDayNames;
        for (var day = new JstDay(new DateOnly(shown, 1, 1)); day.Date.Year == shown; day = day.AddDays(1))
            await csv.WriteAsync(day.ToString(), names[(int)day.Date.DayOfWeek], Text.Of[hours.IsBusinessDay(day) ? "Open" : "Closed"], changed.GetValueOrDefault(day)?.Note ?? HolidayOn(day));
    }

    private static string HolidayOn(JstDay day) =>
        JapaneseHolidays.On(day) is not { } holiday ? "" : PageLanguage.Say(holiday.Japanese, holiday.English);
}
