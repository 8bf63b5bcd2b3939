using Akashi.Traces.Store;

namespace Akashi.Traces.Index;

/// <summary>
/// Which segments to merge: as soon as a day has eight of about the same size, those become one. Each trace is so rewritten at most
/// once a tier, and a day ends with a few dozen segments whatever the number of batches.
/// </summary>
internal static class MergePlan
{
    private const int Factor = 8;
    private const int MaximumSources = 32;
    public const long MaximumRows = 1_500_000;

    /// <returns>Groups of segments, each of one day; at most one group a day.</returns>
    public static IReadOnlyList<IReadOnlyList<SegmentInfo>> Of(IEnumerable<SegmentInfo> live)
    {
        var groups = new List<IReadOnlyList<SegmentInfo>>();
        foreach (var day in live.GroupBy(segment => segment.Day))
        {
            var tier = day.GroupBy(TierOf).Where(tier => tier.Count() >= Factor).OrderBy(tier => tier.Key).FirstOrDefault();
            if (tier is null) continue;
            var rows = 0L;
            var sources = tier.OrderBy(segment => segment.Id).Take(MaximumSources).TakeWhile(segment => (rows += segment.Rows) <= MaximumRows).ToList();
            if (sources.Count > 1) groups.Add(sources);
        }
        return groups;
    }

    private static int TierOf(SegmentInfo segment)
    {
        var tier = 0;
        for (var rows = segment.Rows; rows >= Factor; rows /= Factor) tier++;
        return tier;
    }
}
