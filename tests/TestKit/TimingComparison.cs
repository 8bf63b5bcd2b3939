using System.Diagnostics;

namespace Akashi.TestKit;

/// <summary>
/// Tells whether two requests can be told apart by their time: interleaved pairs, then the Mann–Whitney rank test (two-sided, normal
/// approximation, which holds from a few dozen samples on).
/// </summary>
public static class TimingComparison
{
    private const int WarmUp = 50;

    /// <returns>The probability of such a difference between equal distributions; small means distinguishable.</returns>
    public static async Task<double> CompareAsync(int pairs, Func<Task> one, Func<Task> other)
    {
        for (var i = 0; i < Math.Min(WarmUp, pairs); i++)
        {
            await one();
            await other();
        }
        var first = new double[pairs];
        var second = new double[pairs];
        for (var i = 0; i < pairs; i++)
        {
            // Alternating who begins keeps a drift of the machine from looking like a difference.
            if (i % 2 == 0) first[i] = await TimeAsync(one);
            second[i] = await TimeAsync(other);
            if (i % 2 != 0) first[i] = await TimeAsync(one);
        }
        return MannWhitney(first, second);
    }

    /// <summary>True when at least one of three comparisons finds no difference at 1 %: equal requests fail by chance once in a million.</summary>
    public static async Task<(bool Alike, string Figures)> AreAlikeAsync(int pairs, Func<Task> one, Func<Task> other)
    {
        const int attempts = 3;
        const double significance = 0.01;
        var figures = new List<string>();
        for (var i = 0; i < attempts; i++)
        {
            var p = await CompareAsync(pairs, one, other);
            figures.Add(p.ToString("F4", System.Globalization.CultureInfo.InvariantCulture));
            if (p > significance) return (true, $"{pairs} pairs, p = {string.Join(", ", figures)}");
        }
        return (false, $"{pairs} pairs, p = {string.Join(", ", figures)}");
    }

    public static double MannWhitney(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        var all = first.Select(value => (Value: value, First: true)).Concat(second.Select(value => (Value: value, First: false))).OrderBy(sample => sample.Value).ToList();
        double ranks = 0, ties = 0;
        for (var i = 0; i < all.Count;)
        {
            var end = i;
            while (end < all.Count && all[end].Value.Equals(all[i].Value)) end++;
            double size = end - i;
            var rank = (i + 1 + end) / 2.0; // ties share the middle of their ranks
            for (var j = i; j < end; j++) if (all[j].First) ranks += rank;
            ties += (size * size * size) - size;
            i = end;
        }
        double n1 = first.Count, n2 = second.Count, n = n1 + n2;
        var u = ranks - (n1 * (n1 + 1) / 2);
        var deviation = Math.Sqrt(n1 * n2 / 12 * (n + 1 - (ties / (n * (n - 1)))));
        return deviation == 0 ? 1 : 2 * UpperTail(Math.Abs(u - (n1 * n2 / 2)) / deviation);
    }

    /// <summary>Of the standard normal distribution; Abramowitz and Stegun 26.2.17, error below 7.5e-8.</summary>
    private static double UpperTail(double z)
    {
        var t = 1 / (1 + (0.2316419 * z));
        var polynomial = t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * polynomial;
    }

    private static async Task<double> TimeAsync(Func<Task> request)
    {
        var started = Stopwatch.GetTimestamp();
        await request();
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds;
    }
}
