using System.Globalization;
using Akashi.Platform.Calendar;
using Xunit;

namespace Akashi.Platform.Tests.Calendar;

public sealed class BusinessHoursTests
{
    private const int Rounds = 3000;
    private static readonly BusinessHours Hours = BusinessHours.Default;

    private static JstDay Day(string text) => JstDay.TryParse(text, out var day) ? day : throw new FormatException(text);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text + "+09:00", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("2026-11-20T10:00", 5, "2026-11-20T15:00")]
    [InlineData("2026-11-20T14:00", 5, "2026-11-24T12:00")] // Friday; Monday is Labour Thanksgiving Day
    [InlineData("2026-11-21T03:00", 1, "2026-11-24T11:00")]
    [InlineData("2026-12-28T16:30", 1, "2027-01-04T10:30")]
    [InlineData("2026-11-20T10:00", 7, "2026-11-20T17:00")]
    [InlineData("2026-11-20T17:00", 0, "2026-11-20T17:00")]
    [InlineData("2026-11-20T17:01", 0, "2026-11-24T10:00")]
    [InlineData("2026-11-20T08:59", 0, "2026-11-20T10:00")]
    public void AddHours_Table(string start, int hours, string expected) => Assert.Equal(At(expected), Hours.AddHours(At(start), TimeSpan.FromHours(hours)));

    [Theory]
    [InlineData("2026-11-20", 3, "2026-11-26")]
    [InlineData("2026-11-20", 0, "2026-11-20")]
    [InlineData("2026-11-21", 0, "2026-11-24")]
    [InlineData("2026-04-24", 10, "2026-05-14")]
    [InlineData("2026-12-28", 1, "2027-01-04")]
    public void DayAfter_Table(string day, int count, string expected) => Assert.Equal(Day(expected), Hours.DayAfter(Day(day), count));

    [Theory]
    [InlineData(2026, 11, 5, "2026-11-09")] // the 3rd is Culture Day
    [InlineData(2027, 1, 1, "2027-01-04")]
    [InlineData(2026, 5, 1, "2026-05-01")]
    [InlineData(2026, 5, 5, "2026-05-12")]
    public void DayOfMonth_Table(int year, int month, int count, string expected) => Assert.Equal(Day(expected), Hours.DayOfMonth(year, month, count));

    [Fact]
    public void IsBusinessDay_OneOffDays_GoBeforeTheRules()
    {
        var changed = new BusinessHours(BusinessHoursSettings.Default, new Dictionary<JstDay, CalendarDay>
        {
            [Day("2026-11-24")] = new(Day("2026-11-24"), Open: false, "works"),
            [Day("2026-11-28")] = new(Day("2026-11-28"), Open: true, "moved"),
        });
        Assert.False(changed.IsBusinessDay(Day("2026-11-24")));
        Assert.True(changed.IsBusinessDay(Day("2026-11-28")));
        Assert.Equal(Day("2026-11-25"), changed.DayAfter(Day("2026-11-20"), 1));
    }

    [Fact]
    public void DayAfter_EverythingClosed_RaisesInsteadOfLookingForever()
    {
        var closed = Enumerable.Range(0, 800).Select(offset => Day("2026-01-01").AddDays(offset)).ToDictionary(day => day, day => new CalendarDay(day, false, "closed"));
        Assert.Throws<InvalidOperationException>(() => new BusinessHours(BusinessHoursSettings.Default, closed).DayAfter(Day("2026-03-01"), 1));
    }

    [Fact]
    public void AddHours_AnyStart_IsWithinHoursMonotoneAndAdditive() => Repeat((start, chance) =>
    {
        var (first, second) = (TimeSpan.FromMinutes(chance(6000)), TimeSpan.FromMinutes(chance(6000)));
        var at = Hours.AddHours(start, first);
        var day = JstDay.Of(at);
        Assert.True(Hours.IsBusinessDay(day), $"{start:O} + {first} = {at:O}");
        Assert.InRange(at - day.Start, TimeSpan.FromHours(10), TimeSpan.FromHours(17));
        Assert.True(at >= start);
        Assert.True(Hours.AddHours(start.AddMinutes(chance(3000)), first) >= at);
        Assert.True(Hours.AddHours(start, first + second) >= at);
        Assert.Equal(Hours.AddHours(start, first + second), Hours.AddHours(at, second));
        Assert.Equal(first, Hours.Between(start, at));
    });

    [Fact]
    public void DayAfter_AnyDay_IsABusinessDayMonotoneAndAdditive() => Repeat((start, chance) =>
    {
        var (day, first, second) = (JstDay.Of(start), chance(40), 1 + chance(40));
        var at = Hours.DayAfter(day, first);
        Assert.True(Hours.IsBusinessDay(at) && at >= day);
        Assert.Null(JapaneseHolidays.On(at));
        Assert.True(Hours.DayAfter(day.AddDays(chance(20)), first) >= at);
        if (first > 0 || Hours.IsBusinessDay(day)) Assert.Equal(Hours.DayAfter(day, first + second), Hours.DayAfter(at, second));
        Assert.Equal(first, Enumerable.Range(1, at.Date.DayNumber - day.Date.DayNumber).Count(offset => Hours.IsBusinessDay(day.AddDays(offset))) is var counted && first == 0 ? 0 : counted);
    });

    private static void Repeat(Action<DateTimeOffset, Func<int, int>> check)
    {
        var seed = Environment.TickCount;
        var state = (uint)seed | 1;
        try
        {
            for (var round = 0; round < Rounds; round++)
                check(At("1950-02-01T00:00").AddMinutes((Chance(150 * 365 - 200) * 1440.0) + Chance(1440)), Chance);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
        }

        int Chance(int below)
        {
            state = unchecked((state * 1664525) + 1013904223);
            return (int)((state >> 8) % (uint)below);
        }
    }
}
