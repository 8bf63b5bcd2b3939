using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Traces.Index;
using Akashi.Traces.Store;

namespace Akashi.Traces.Tests.Index;

public class MergePlanTests
{
    private static readonly JstDay Day = new(new DateOnly(2026, 11, 20));

    [Theory]
    [InlineData(7, 10, 0)]
    [InlineData(8, 10, 8)]
    [InlineData(40, 10, 32)]
    [InlineData(8, MergePlan.MaximumRows, 0)]
    public void Of_SegmentsOfOneSize_MergesFromEightOnWithinBounds(int count, long rows, int merged) =>
        Assert.Equal(merged, MergePlan.Of(Enumerable.Range(0, count).Select(_ => Segment(Day, rows))).Sum(group => group.Count));

    [Fact]
    public void Of_SegmentsOfSeveralDaysOrSizes_AreNotMixed()
    {
        var mixed = Enumerable.Range(0, 7).Select(_ => Segment(Day, 10)).Concat(Enumerable.Range(0, 7).Select(_ => Segment(Day.AddDays(1), 10))).Append(Segment(Day, 100_000));
        Assert.Empty(MergePlan.Of(mixed));
    }

    private static SegmentInfo Segment(JstDay day, long rows)
    {
        var id = Guid.CreateVersion7();
        return new SegmentInfo(id, day, $"{id:N}.seg", rows, rows, day.Start, day.Start, 1, Sha256.Of([]));
    }
}
