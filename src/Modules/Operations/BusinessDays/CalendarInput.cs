using System.Globalization;
using Akashi.Platform.Calendar;
using Akashi.Platform.Errors;

namespace Akashi.Operations.BusinessDays;

/// <param name="Opens">HH:mm, Japan time.</param>
/// <param name="Weekdays">0 Sunday to 6 Saturday.</param>
/// <param name="YearEndFrom">MM-dd.</param>
internal sealed record HoursInput(string Opens, string Closes, IReadOnlyList<int> Weekdays, string YearEndFrom, string YearEndTo)
{
    private const int FirstYearEndMonth = 12;

    public Outcome<BusinessHoursSettings> Read()
    {
        if (!TryTime(Opens, out var opens)) return new FieldInvalid("opens", Opens, "HH:mm");
        if (!TryTime(Closes, out var closes) || closes <= opens) return new FieldInvalid("closes", Closes, $"HH:mm > {opens:HH:mm}");
        if (Weekdays.Count is 0 or > 7 || Weekdays.Any(day => day is < 0 or > 6)) return new FieldInvalid("weekdays", string.Join(',', Weekdays.Take(7)), "0–6");
        if (!TryMonthDay(YearEndFrom, out var from) || from.Month != FirstYearEndMonth) return new FieldInvalid("yearEndFrom", YearEndFrom, "12-01 – 12-31");
        if (!TryMonthDay(YearEndTo, out var to) || to.Month != 1) return new FieldInvalid("yearEndTo", YearEndTo, "01-01 – 01-31");
        return new BusinessHoursSettings(opens, closes, Weekdays.Select(day => (DayOfWeek)day).ToHashSet(), from, to);
    }

    private static bool TryTime(string? text, out TimeOnly time) => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);

    private static bool TryMonthDay(string? text, out MonthDay day)
    {
        var read = DateOnly.TryParseExact("2000-" + text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
        day = read ? MonthDay.Of(date) : default;
        return read;
    }
}

/// <param name="Day">yyyy-MM-dd.</param>
internal sealed record DayInput(string Day, bool Open, string Note)
{
    private const int MaximumNote = 100;

    public Outcome<CalendarDay> Read()
    {
        if (!TryDay(Day, out var day)) return new FieldInvalid("day", Day, $"yyyy-MM-dd, {JapaneseHolidays.FirstYear}–{JapaneseHolidays.LastYear}");
        var note = Note?.Trim() ?? "";
        if (note.Length is 0 or > MaximumNote || note.Any(char.IsControl)) return new FieldInvalid("note", Note, $"1–{MaximumNote}");
        return new CalendarDay(day, Open, note);
    }

    public static bool TryDay(string? text, out JstDay day) => JstDay.TryParse(text, out day) && day.Date.Year is >= JapaneseHolidays.FirstYear and <= JapaneseHolidays.LastYear;
}
