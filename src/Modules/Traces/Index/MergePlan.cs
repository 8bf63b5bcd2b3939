using Akashi.Traces.Store;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Writing;

namespace Akashi.Traces.Index;

/// <summary>
/// Which segments to merge: as soon as a period has sixteen of about the same size, those become one, so each trace is rewritten at most once a tier. Once
/// nothing has come for a while, what is left of a period becomes one, unless that would rewrite much for little.
/// </summary>
internal static class MergePlan
{
    private const int Factor = 16;
    /// <summary>Of a merged segment; one with half as many stays as it is.</summary>
    public const long MaximumRows = SegmentBuilder.EnoughRows;

    /// <summary>At rest a segment with as many stays as it is: a question looks at a few more of them in no time.</summary>
    private const long StaysAtRest = 250_000;

    /// <summary>The largest segment is rewritten only for at least a third of it.</summary>
    private const int WorthRewriting = 3;

    /// <summary>How long nothing must have come for a period.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    /// <returns>Groups of segments, each of one period; at most one group a period.</returns>
    public static IReadOnlyList<IReadOnlyList<SegmentInfo>> Of(IEnumerable<SegmentInfo> live, DateTimeOffset now)
    {
        var groups = new List<IReadOnlyList<SegmentInfo>>();
        foreach (var period in live.Where(segment => segment.Rows < MaximumRows / 2).GroupBy(segment => SegmentFormat.PeriodOf(segment.Days.First)))
        {
            var tier = period.GroupBy(TierOf).Where(tier => tier.Count() >= Factor).OrderBy(tier => tier.Key).FirstOrDefault();
            var sources = tier is not null ? WithinBounds(tier.OrderBy(segment => segment.Id)) : Rest(period.ToList(), now);
            if (sources.Count > 1) groups.Add(sources);
        }
        return groups;
    }

    /// <summary>All that fits into one, the smallest first.</summary>
    private static List<SegmentInfo> Rest(List<SegmentInfo> period, DateTimeOffset now)
    {
        if (period.Any(segment => now - MadeAt(segment) < Quiet)) return [];
        var sources = WithinBounds(period.Where(segment => segment.Rows < StaysAtRest).OrderBy(segment => segment.Rows));
        return sources.Count > 1 && sources.SkipLast(1).Sum(segment => segment.Rows) * WorthRewriting >= sources[^1].Rows ? sources : [];
    }

    private static List<SegmentInfo> WithinBounds(IEnumerable<SegmentInfo> segments)
    {
        var rows = 0L;
        return segments.Take(Factor).TakeWhile(segment => (rows += segment.Rows) <= MaximumRows).ToList();
    }

    /// <summary>The moment is part of the segment's id (UUID version 7).</summary>
    private static DateTimeOffset MadeAt(SegmentInfo segment)
    {
        Span<byte> bytes = stackalloc byte[16];
        segment.Id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds((long)(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16));
    }

    private static int TierOf(SegmentInfo segment)
    {
        var tier = 0;
        for (var rows = segment.Rows; rows >= Factor; rows /= Factor) tier++;
        return tier;
    }
}
