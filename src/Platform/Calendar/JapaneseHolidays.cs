using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace Akashi.Platform.Calendar;

/// <summary>One holiday, in both languages.</summary>
public sealed record Holiday(JstDay Day, string Japanese, string English);

/// <summary>
/// The holidays of Japan by the law of 1948 (国民の祝日に関する法律) with all its changes, for 1950 to 2100. Years to come follow the
/// law as it stands; what the state changes for once, operators enter in the calendar.
/// </summary>
public static class JapaneseHolidays
{
    public const int FirstYear = 1950;
    public const int LastYear = 2100;

    private static readonly DateOnly SubstitutesSince = new(1973, 4, 12);
    private static readonly DateOnly CitizensHolidaysSince = new(1985, 12, 27);
    private static readonly ConcurrentDictionary<int, FrozenDictionary<DateOnly, Holiday>> Years = new();

    /// <exception cref="ArgumentOutOfRangeException">The year is not between <see cref="FirstYear"/> and <see cref="LastYear"/>.</exception>
    public static IReadOnlyList<Holiday> Of(int year) => [.. YearOf(year).Values.OrderBy(holiday => holiday.Day)];

    /// <returns>Null on other days.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The year is not covered.</exception>
    public static Holiday? On(JstDay day) => YearOf(day.Date.Year).GetValueOrDefault(day.Date);

    private static FrozenDictionary<DateOnly, Holiday> YearOf(int year) => year is >= FirstYear and <= LastYear
        ? Years.GetOrAdd(year, static wanted => Compute(wanted).ToFrozenDictionary())
        : throw new ArgumentOutOfRangeException(nameof(year), year, $"The calendar covers {FirstYear} to {LastYear}.");

    private static Dictionary<DateOnly, Holiday> Compute(int year)
    {
        // No rule reaches over the turn of the year: New Year's Day follows no holiday, and nothing falls on 31 December.
        var named = NationalHolidays.Of(year).ToDictionary(holiday => holiday.Day.Date);
        var all = new Dictionary<DateOnly, Holiday>(named);
        foreach (var sunday in named.Keys.Where(day => day.DayOfWeek == DayOfWeek.Sunday && day >= SubstitutesSince))
        {
            var substitute = sunday.AddDays(1);
            while (named.ContainsKey(substitute)) substitute = substitute.AddDays(1); // until 2006 only the Monday, which no other holiday took
            all.TryAdd(substitute, new Holiday(new JstDay(substitute), "振替休日", "Substitute holiday"));
        }
        foreach (var day in named.Keys.Select(day => day.AddDays(1)).Where(day => day >= CitizensHolidaysSince && named.ContainsKey(day.AddDays(1)) && day.DayOfWeek != DayOfWeek.Sunday))
            all.TryAdd(day, new Holiday(new JstDay(day), "国民の休日", "Citizens' holiday"));
        return all;
    }
}
