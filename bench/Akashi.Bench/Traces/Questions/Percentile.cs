namespace Akashi.Bench.Traces.Questions;

internal static class Percentile
{
    public static double Of(IReadOnlyCollection<double> values, int percent) => values.Order().ElementAt(Math.Min(values.Count - 1, values.Count * percent / 100));
}
