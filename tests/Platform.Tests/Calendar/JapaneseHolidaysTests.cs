using System.Globalization;
using Akashi.Platform.Calendar;
using Xunit;

namespace Akashi.Platform.Tests.Calendar;

public sealed class JapaneseHolidaysTests
{
    private static JstDay Day(string text) => JstDay.TryParse(text, out var day) ? day : throw new FormatException(text);

    /// <summary>Lines "date name" of the published list.</summary>
    private static Dictionary<JstDay, string> Published()
    {
        using var reader = new StreamReader(typeof(JapaneseHolidaysTests).Assembly.GetManifestResourceStream("holidays.txt")!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')
            .ToDictionary(line => Day(line[..10]), line => line[11..]);
    }

    [Fact]
    public void Of_EachYearOfThePublishedList_HasTheSameDays()
    {
        var published = Published();
        Assert.Equal(1329, published.Count);
        var computed = Enumerable.Range(1970, 81).SelectMany(JapaneseHolidays.Of).Select(holiday => holiday.Day).ToHashSet();
        Assert.Empty(published.Keys.Except(computed).Concat(computed.Except(published.Keys)).Order());
    }

    [Fact]
    public void Of_EachDayOfThePublishedList_HasItsName()
    {
        foreach (var (day, name) in Published())
        {
            var holiday = JapaneseHolidays.On(day)!;
            if (name.EndsWith("振替休日", StringComparison.Ordinal)) Assert.Equal("振替休日", holiday.Japanese);
            else if (name == "休日") Assert.Contains(holiday.Japanese, new[] { "国民の休日", "振替休日" });
            else if (day.Date.Year is not (1989 or 1990 or 1993 or 2019)) Assert.Equal(name.Replace("（スポーツの日）", "", StringComparison.Ordinal), holiday.Japanese);
        }
    }

    /// <summary>As the Cabinet Office published them before 1970.</summary>
    [Fact]
    public void Of_EquinoxesFrom1955To1969_AreAsPublished()
    {
        int[] spring = [21, 21, 21, 21, 21, 20, 21, 21, 21, 20, 21, 21, 21, 20, 21];
        int[] autumn = [24, 23, 23, 23, 24, 23, 23, 23, 24, 23, 23, 23, 24, 23, 23];
        for (var i = 0; i < spring.Length; i++)
        {
            Assert.Equal("春分の日", JapaneseHolidays.On(Day($"{1955 + i}-03-{spring[i]}"))?.Japanese);
            Assert.Equal("秋分の日", JapaneseHolidays.On(Day($"{1955 + i}-09-{autumn[i]}"))?.Japanese);
        }
    }

    /// <summary>Instants of the US Naval Observatory, in UTC; the formula is good to a minute.</summary>
    [Theory]
    [InlineData(2000, "2000-03-20T07:35", "2000-09-22T17:28")]
    [InlineData(2012, "2012-03-20T05:14", "2012-09-22T14:49")]
    [InlineData(2020, "2020-03-20T03:50", "2020-09-22T13:31")]
    [InlineData(2024, "2024-03-20T03:06", "2024-09-22T12:44")]
    public void Equinox_KnownInstants_AreMetWithinTwoMinutes(int year, string spring, string autumn)
    {
        static DateTimeOffset At(string text) => DateTimeOffset.Parse(text + "Z", CultureInfo.InvariantCulture);
        Assert.InRange((Equinox.SpringInstant(year) - At(spring)).TotalMinutes, -2, 2);
        Assert.InRange((Equinox.AutumnInstant(year) - At(autumn)).TotalMinutes, -2, 2);
    }

    /// <summary>An error of a few minutes changes no day but one, which depends on how the earth's turning slows until then.</summary>
    [Fact]
    public void Equinox_AllYears_AreFarFromMidnightButOne()
    {
        var close = new List<string>();
        for (var year = JapaneseHolidays.FirstYear; year <= JapaneseHolidays.LastYear; year++)
        {
            foreach (var instant in new[] { Equinox.SpringInstant(year), Equinox.AutumnInstant(year) })
            {
                var time = instant.ToOffset(JstDay.Offset).TimeOfDay.TotalMinutes;
                if (Math.Min(time, (24 * 60) - time) < 5) close.Add(JstDay.Of(instant).ToString());
            }
        }
        Assert.Equal(["2074-09-23"], close);
    }

    [Theory]
    [InlineData("1959-04-10", "皇太子明仁親王の結婚の儀")]
    [InlineData("1973-04-30", "振替休日")]
    [InlineData("1985-05-04", null)]
    [InlineData("1986-05-04", null)]
    [InlineData("1987-05-04", "振替休日")]
    [InlineData("1988-05-04", "国民の休日")]
    [InlineData("2003-07-20", null)]
    [InlineData("2003-07-21", "海の日")]
    [InlineData("2008-05-06", "振替休日")]
    [InlineData("2009-09-22", "国民の休日")]
    [InlineData("2019-04-30", "国民の休日")]
    [InlineData("2019-05-01", "天皇の即位の日")]
    [InlineData("2019-12-23", null)]
    [InlineData("2020-10-12", null)]
    [InlineData("2021-08-09", "振替休日")]
    [InlineData("1972-04-30", null)]
    public void On_DaysAroundEachChangeOfTheLaw_AreRight(string day, string? name) => Assert.Equal(name, JapaneseHolidays.On(Day(day))?.Japanese);

    [Fact]
    public void Of_AllYears_KeepTheRulesOfSubstitutesAndCitizensHolidays()
    {
        for (var year = JapaneseHolidays.FirstYear; year <= JapaneseHolidays.LastYear; year++)
        {
            var named = NationalHolidays.Of(year).Select(holiday => holiday.Day.Date).ToHashSet();
            Assert.InRange(named.Count, 9, 19);
            foreach (var holiday in JapaneseHolidays.Of(year))
            {
                var day = holiday.Day.Date;
                Assert.NotEmpty(holiday.English);
                if (holiday.Japanese == "国民の休日") Assert.True(named.Contains(day.AddDays(-1)) && named.Contains(day.AddDays(1)) && !named.Contains(day) && year >= 1986, $"{day}");
                if (holiday.Japanese == "振替休日") Assert.True(!named.Contains(day) && year >= 1973, $"{day}");
            }
            if (year < 1974) continue;
            foreach (var sunday in named.Where(day => day.DayOfWeek == DayOfWeek.Sunday))
            {
                var free = sunday;
                while (named.Contains(free)) free = free.AddDays(1);
                Assert.Equal("振替休日", JapaneseHolidays.On(new JstDay(free))?.Japanese);
            }
        }
    }

    [Theory]
    [InlineData(1949)]
    [InlineData(2101)]
    public void Of_YearNotCovered_Raises(int year) => Assert.Throws<ArgumentOutOfRangeException>(() => JapaneseHolidays.Of(year));
}
