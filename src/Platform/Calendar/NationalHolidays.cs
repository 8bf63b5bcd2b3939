namespace Akashi.Platform.Calendar;

/// <summary>The holidays that the law names (国民の祝日, article 2) and those of single laws, without substitutes.</summary>
internal static class NationalHolidays
{
    private static readonly Holiday[] OnceOnly =
    [
        On(1959, 4, 10, "皇太子明仁親王の結婚の儀", "Wedding of Crown Prince Akihito"),
        On(1989, 2, 24, "昭和天皇の大喪の礼", "Funeral of Emperor Showa"),
        On(1990, 11, 12, "即位礼正殿の儀", "Enthronement ceremony"),
        On(1993, 6, 9, "皇太子徳仁親王の結婚の儀", "Wedding of Crown Prince Naruhito"),
        On(2019, 5, 1, "天皇の即位の日", "Accession of the Emperor"),
        On(2019, 10, 22, "即位礼正殿の儀の行われる日", "Enthronement ceremony"),
    ];

    public static IEnumerable<Holiday> Of(int year)
    {
        yield return On(year, 1, 1, "元日", "New Year's Day");
        yield return year < 2000 ? On(year, 1, 15, "成人の日", "Coming of Age Day") : Monday(year, 1, 2, "成人の日", "Coming of Age Day");
        if (year >= 1967) yield return On(year, 2, 11, "建国記念の日", "National Foundation Day");
        if (year >= 2020) yield return On(year, 2, 23, "天皇誕生日", "Emperor's Birthday");
        yield return new Holiday(new JstDay(Equinox.Spring(year)), "春分の日", "Vernal Equinox Day");
        yield return year switch
        {
            < 1989 => On(year, 4, 29, "天皇誕生日", "Emperor's Birthday"),
            < 2007 => On(year, 4, 29, "みどりの日", "Greenery Day"),
            _ => On(year, 4, 29, "昭和の日", "Showa Day"),
        };
        yield return On(year, 5, 3, "憲法記念日", "Constitution Memorial Day");
        if (year >= 2007) yield return On(year, 5, 4, "みどりの日", "Greenery Day");
        yield return On(year, 5, 5, "こどもの日", "Children's Day");
        foreach (var holiday in OfSummer(year)) yield return holiday;
        if (year >= 1966) yield return year < 2003 ? On(year, 9, 15, "敬老の日", "Respect for the Aged Day") : Monday(year, 9, 3, "敬老の日", "Respect for the Aged Day");
        yield return new Holiday(new JstDay(Equinox.Autumn(year)), "秋分の日", "Autumnal Equinox Day");
        if (year is >= 1966 and < 2000) yield return On(year, 10, 10, "体育の日", "Health and Sports Day");
        if (year is >= 2000 and < 2020) yield return Monday(year, 10, 2, "体育の日", "Health and Sports Day");
        if (year >= 2022) yield return Monday(year, 10, 2, "スポーツの日", "Sports Day");
        yield return On(year, 11, 3, "文化の日", "Culture Day");
        yield return On(year, 11, 23, "勤労感謝の日", "Labour Thanksgiving Day");
        if (year is >= 1989 and <= 2018) yield return On(year, 12, 23, "天皇誕生日", "Emperor's Birthday");
        foreach (var holiday in OnceOnly.Where(holiday => holiday.Day.Date.Year == year)) yield return holiday;
    }

    /// <summary>Marine, Sports and Mountain Day; moved around the Games in 2020 and 2021.</summary>
    private static Holiday[] OfSummer(int year)
    {
        const string sea = "海の日", seaEnglish = "Marine Day", mountain = "山の日", mountainEnglish = "Mountain Day", sports = "スポーツの日", sportsEnglish = "Sports Day";
        return year switch
        {
            < 1996 => [],
            < 2003 => [On(year, 7, 20, sea, seaEnglish)],
            < 2016 => [Monday(year, 7, 3, sea, seaEnglish)],
            2020 => [On(year, 7, 23, sea, seaEnglish), On(year, 7, 24, sports, sportsEnglish), On(year, 8, 10, mountain, mountainEnglish)],
            2021 => [On(year, 7, 22, sea, seaEnglish), On(year, 7, 23, sports, sportsEnglish), On(year, 8, 8, mountain, mountainEnglish)],
            _ => [Monday(year, 7, 3, sea, seaEnglish), On(year, 8, 11, mountain, mountainEnglish)],
        };
    }

    private static Holiday On(int year, int month, int day, string japanese, string english) => new(new JstDay(new DateOnly(year, month, day)), japanese, english);

    private static Holiday Monday(int year, int month, int which, string japanese, string english)
    {
        var first = new DateOnly(year, month, 1);
        var toMonday = ((int)DayOfWeek.Monday - (int)first.DayOfWeek + 7) % 7;
        return new Holiday(new JstDay(first.AddDays(toMonday + ((which - 1) * 7))), japanese, english);
    }
}
