namespace Akashi.Platform.Calendar;

/// <summary>When the service's people work, apart from holidays.</summary>
/// <param name="Opens">Japan time; 10:00 by default.</param>
/// <param name="Closes">Later on the same day; 17:00 by default.</param>
/// <param name="Weekdays">Monday to Friday by default; at least one.</param>
/// <param name="YearEndFrom">First closed day of the year's end, month and day; 29 December by default.</param>
/// <param name="YearEndTo">Last closed day after New Year; 3 January by default.</param>
public sealed record BusinessHoursSettings(TimeOnly Opens, TimeOnly Closes, IReadOnlySet<DayOfWeek> Weekdays, MonthDay YearEndFrom, MonthDay YearEndTo)
{
    public static readonly BusinessHoursSettings Default = new(
        new TimeOnly(10, 0), new TimeOnly(17, 0),
        new HashSet<DayOfWeek> { DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday },
        new MonthDay(12, 29), new MonthDay(1, 3));
}

public readonly record struct MonthDay(int Month, int Day)
{
    public static MonthDay Of(DateOnly date) => new(date.Month, date.Day);

    internal int Order => (Month * 100) + Day;
}

/// <summary>One day that is otherwise than the rules say.</summary>
/// <param name="Open">True: worked on nevertheless; false: closed.</param>
/// <param name="Note">For people.</param>
public sealed record CalendarDay(JstDay Day, bool Open, string Note);

/// <summary>
/// Deadlines in business days and hours. A business day is a weekday of the settings that is no holiday, not at the year's end and not
/// closed for once. Instants outside business hours count as the next opening.
/// </summary>
public sealed class BusinessHours(BusinessHoursSettings settings, IReadOnlyDictionary<JstDay, CalendarDay> exceptions)
{
    /// <summary>No rule closes for longer; more closed days in a row are an error of whoever entered them.</summary>
    private const int MaximumClosedDays = 366;

    public static readonly BusinessHours Default = new(BusinessHoursSettings.Default, new Dictionary<JstDay, CalendarDay>());

    public BusinessHoursSettings Settings => settings;

    public TimeSpan HoursPerDay => settings.Closes - settings.Opens;

    public bool IsBusinessDay(JstDay day) => exceptions.TryGetValue(day, out var exception)
        ? exception.Open
        : settings.Weekdays.Contains(day.Date.DayOfWeek) && !IsYearEnd(day) && JapaneseHolidays.On(day) is null;

    /// <summary>The n-th business day after a day that itself does not count: "within 10 business days".</summary>
    /// <param name="count">0 gives the day itself when it is a business day, else the next one.</param>
    public JstDay DayAfter(JstDay day, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0) return NextBusinessDay(day);
        for (; count > 0; count--) day = NextBusinessDay(day.AddDays(1));
        return day;
    }

    /// <summary>"By the 5th business day of the month".</summary>
    public JstDay DayOfMonth(int year, int month, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var day = NextBusinessDay(new JstDay(new DateOnly(year, month, 1)));
        return DayAfter(day, count - 1);
    }

    /// <summary>"Within 5 business hours": the instant at which so much open time has passed.</summary>
    public DateTimeOffset AddHours(DateTimeOffset start, TimeSpan open)
    {
        if (open < TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(open), open, "Deadlines lie in the future.");
        var at = Clamp(start);
        while (true)
        {
            var left = ClosingOf(JstDay.Of(at)) - at;
            if (open <= left) return at + open;
            open -= left;
            at = OpeningOf(NextBusinessDay(JstDay.Of(at).AddDays(1)));
        }
    }

    /// <summary>Open time between two instants; zero when the second is not later.</summary>
    public TimeSpan Between(DateTimeOffset from, DateTimeOffset to)
    {
        var sum = TimeSpan.Zero;
        for (var at = Clamp(from); at < to; at = OpeningOf(NextBusinessDay(JstDay.Of(at).AddDays(1))))
        {
            var closing = ClosingOf(JstDay.Of(at));
            sum += (closing < to ? closing : to) - at;
        }
        return sum;
    }

    /// <summary>An instant within opening hours stays; any other becomes the next opening.</summary>
    private DateTimeOffset Clamp(DateTimeOffset instant)
    {
        var day = JstDay.Of(instant);
        if (IsBusinessDay(day) && instant <= ClosingOf(day)) return instant > OpeningOf(day) ? instant.ToOffset(JstDay.Offset) : OpeningOf(day);
        return OpeningOf(NextBusinessDay(IsBusinessDay(day) ? day.AddDays(1) : day));
    }

    private JstDay NextBusinessDay(JstDay day)
    {
        for (var closed = 0; closed <= MaximumClosedDays; closed++, day = day.AddDays(1))
            if (IsBusinessDay(day)) return day;
        throw new InvalidOperationException($"The calendar has no business day in the year before {day}. Remove closures.");
    }

    private DateTimeOffset OpeningOf(JstDay day) => day.Start + settings.Opens.ToTimeSpan();

    private DateTimeOffset ClosingOf(JstDay day) => day.Start + settings.Closes.ToTimeSpan();

    /// <summary>The range lies around the turn of the year.</summary>
    private bool IsYearEnd(JstDay day)
    {
        var order = MonthDay.Of(day.Date).Order;
        return order >= settings.YearEndFrom.Order || order <= settings.YearEndTo.Order;
    }
}
