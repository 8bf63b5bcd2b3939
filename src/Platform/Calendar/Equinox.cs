namespace Akashi.Platform.Calendar;

/// <summary>
/// The days of the equinoxes in Japan time, computed as J. Meeus, Astronomical Algorithms (2nd edition), chapter 27, does: within a minute
/// for centuries around 2000. The law names no dates; the government announces them each February from the same astronomy.
/// </summary>
internal static class Equinox
{
    private const double J2000 = 2451545.0; // 2000-01-01 12:00, as a Julian day
    private const double DaysPerCentury = 36525;
    private const double SecondsPerDay = 86400;

    /// <summary>Coefficients of table 27.B: the mean instant as a polynomial of thousands of years since 2000.</summary>
    private static readonly double[] March = [2451623.80984, 365242.37404, 0.05169, -0.00411, -0.00057];
    private static readonly double[] September = [2451810.21715, 365242.01767, -0.11575, 0.00337, 0.00078];

    /// <summary>Table 27.C: amplitude, phase and frequency (degrees) of the planets' pulls.</summary>
    private static readonly (double A, double B, double C)[] Pulls =
    [
        (485, 324.96, 1934.136), (203, 337.23, 32964.467), (199, 342.08, 20.186), (182, 27.85, 445267.112), (156, 73.14, 45036.886), (136, 171.52, 22518.443),
        (77, 222.54, 65928.934), (74, 296.72, 3034.906), (70, 243.58, 9037.513), (58, 119.81, 33718.147), (52, 297.17, 150.678), (50, 21.02, 2281.226),
        (45, 247.54, 29929.562), (44, 325.15, 31555.956), (29, 60.93, 4443.417), (18, 155.12, 67555.328), (17, 288.79, 4562.452), (16, 198.04, 62894.029),
        (14, 199.76, 31436.921), (12, 95.39, 14577.848), (12, 287.11, 31931.756), (12, 320.81, 34777.259), (9, 227.73, 1222.114), (8, 15.45, 16859.074),
    ];

    public static DateOnly Spring(int year) => JstDay.Of(InstantOf(year, March)).Date;

    public static DateOnly Autumn(int year) => JstDay.Of(InstantOf(year, September)).Date;

    internal static DateTimeOffset SpringInstant(int year) => InstantOf(year, March);

    internal static DateTimeOffset AutumnInstant(int year) => InstantOf(year, September);

    private static DateTimeOffset InstantOf(int year, double[] mean)
    {
        var y = (year - 2000) / 1000.0;
        var day = mean[0] + (y * (mean[1] + (y * (mean[2] + (y * (mean[3] + (y * mean[4])))))));
        var t = (day - J2000) / DaysPerCentury;
        var w = Radians((35999.373 * t) - 2.47);
        var speed = 1 + (0.0334 * Math.Cos(w)) + (0.0007 * Math.Cos(2 * w));
        var pull = Pulls.Sum(term => term.A * Math.Cos(Radians(term.B + (term.C * t))));
        day += 0.00001 * pull / speed;
        return new DateTimeOffset(2000, 1, 1, 12, 0, 0, TimeSpan.Zero).AddSeconds(((day - J2000) * SecondsPerDay) - EarthDelay(year));
    }

    /// <summary>
    /// Seconds by which the turning earth is behind the even time of astronomy (ΔT): measured until 2005, after that as F. Espenak and
    /// J. Meeus expect it (NASA/TP-2006-214141).
    /// </summary>
    private static double EarthDelay(int year)
    {
        var t = year - 2000.0;
        if (year < 2005) return 64 + (0.7 * t);
        if (year < 2050) return 62.92 + (0.32217 * t) + (0.005589 * t * t);
        var century = (year - 1820) / 100.0;
        return -20 + (32 * century * century) - (0.5628 * (2150 - year));
    }

    private static double Radians(double degrees) => degrees * Math.PI / 180;
}
