using System.Globalization;
using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Calendar;

/// <summary>The service's calendar as operators keep it: hours, year's end, days that are otherwise for once.</summary>
public sealed class BusinessCalendar(AkashiDatabase database, AuditLog audit)
{
    private const string MonthDayShape = "MM-dd";

    private sealed record Row(TimeOnly Opens, TimeOnly Closes, string Weekdays, string YearEndFrom, string YearEndTo);

    /// <summary>What the audit log keeps of the settings.</summary>
    private sealed record Described(string Opens, string Closes, string Weekdays, string YearEndFrom, string YearEndTo);

    /// <summary>As it stands now. One reading serves a whole calculation.</summary>
    public async Task<BusinessHours> GetAsync(CancellationToken cancellation)
    {
        var days = await database.QueryBeforeTenantAsync<CalendarDay>("SELECT day, open, note FROM platform.calendar_day", cancellation: cancellation);
        return new BusinessHours(await SettingsAsync(cancellation), days.ToDictionary(day => day.Day));
    }

    public Task<IReadOnlyList<CalendarDay>> DaysAsync(int year, CancellationToken cancellation) => database.QueryBeforeTenantAsync<CalendarDay>(
        "SELECT day, open, note FROM platform.calendar_day WHERE day >= @from AND day < @to ORDER BY day",
        new { from = new DateOnly(year, 1, 1), to = new DateOnly(year + 1, 1, 1) }, cancellation);

    /// <param name="operatorTenant">Whose audit log tells of the change.</param>
    public async Task ChangeSettingsAsync(TenantId operatorTenant, AuditActor actor, BusinessHoursSettings settings, CancellationToken cancellation)
    {
        const string sql = """
            INSERT INTO platform.business_hours (opens, closes, weekdays, year_end_from, year_end_to) VALUES (@Opens, @Closes, @weekdays, @from, @to)
            ON CONFLICT (only_row) DO UPDATE SET opens = excluded.opens, closes = excluded.closes, weekdays = excluded.weekdays,
                year_end_from = excluded.year_end_from, year_end_to = excluded.year_end_to
            """;
        var before = await SettingsAsync(cancellation);
        await using var session = await database.OpenAsync(operatorTenant, cancellation);
        await session.ExecuteAsync(
            sql, new { settings.Opens, settings.Closes, weekdays = settings.Weekdays.Select(day => (short)day).Order().ToArray(), from = Text(settings.YearEndFrom), to = Text(settings.YearEndTo) }, cancellation);
        await audit.WriteAsync(session, actor, new AuditEntry("calendar.hours", "business hours", Describe(before), Describe(settings)), cancellation);
        await session.CommitAsync(cancellation);
    }

    public async Task SetDayAsync(TenantId operatorTenant, AuditActor actor, CalendarDay day, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(operatorTenant, cancellation);
        await session.ExecuteAsync(
            "INSERT INTO platform.calendar_day (day, open, note) VALUES (@Day, @Open, @Note) ON CONFLICT (day) DO UPDATE SET open = excluded.open, note = excluded.note", day, cancellation);
        await audit.WriteAsync(session, actor, new AuditEntry("calendar.day-set", day.Day.ToString(), null, new { day.Open, day.Note }), cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <returns>False when the day was not special.</returns>
    public async Task<bool> RemoveDayAsync(TenantId operatorTenant, AuditActor actor, JstDay day, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(operatorTenant, cancellation);
        if (await session.ExecuteAsync("DELETE FROM platform.calendar_day WHERE day = @day", new { day }, cancellation) == 0) return false;
        await audit.WriteAsync(session, actor, new AuditEntry("calendar.day-removed", day.ToString()), cancellation);
        await session.CommitAsync(cancellation);
        return true;
    }

    private async Task<BusinessHoursSettings> SettingsAsync(CancellationToken cancellation)
    {
        const string sql = "SELECT opens, closes, array_to_string(weekdays, ',') AS weekdays, year_end_from, year_end_to FROM platform.business_hours";
        return await database.QueryBeforeTenantAsync<Row>(sql, cancellation: cancellation) is [var row]
            ? new BusinessHoursSettings(row.Opens, row.Closes, row.Weekdays.Split(',').Select(number => (DayOfWeek)int.Parse(number, CultureInfo.InvariantCulture)).ToHashSet(), Read(row.YearEndFrom), Read(row.YearEndTo))
            : BusinessHoursSettings.Default;
    }

    private static Described Describe(BusinessHoursSettings settings) => new(
        settings.Opens.ToString("HH:mm", CultureInfo.InvariantCulture), settings.Closes.ToString("HH:mm", CultureInfo.InvariantCulture),
        string.Join(',', settings.Weekdays.Order()), Text(settings.YearEndFrom), Text(settings.YearEndTo));

    private static string Text(MonthDay day) => new DateOnly(2000, day.Month, day.Day).ToString(MonthDayShape, CultureInfo.InvariantCulture);

    private static MonthDay Read(string text) => MonthDay.Of(DateOnly.ParseExact("2000-" + text, "yyyy-" + MonthDayShape, CultureInfo.InvariantCulture));
}
