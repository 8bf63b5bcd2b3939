using System.Globalization;

namespace Akashi.Bench.Traces.Peers;

/// <summary>Answers as text that can be compared. Of a list that ends somewhere only the counts: which of two equals came last is nobody's fault.</summary>
internal static class Answers
{
    public static string Of(long count) => count.ToString(CultureInfo.InvariantCulture);

    public static string Newest(IReadOnlyList<long> times) => $"{times.Count}: {string.Join(' ', times)}";

    public static string All(IEnumerable<(string Group, long Count)> groups) =>
        string.Join(' ', groups.Where(group => group.Count > 0).Select(group => $"{group.Group}={group.Count}").Order(StringComparer.Ordinal));

    public static string Top(IEnumerable<long> counts) => string.Join(' ', counts.OrderDescending());
}
