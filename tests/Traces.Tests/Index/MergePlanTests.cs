using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Traces.Index;
using Akashi.Traces.Store;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Tests.Index;

public class MergePlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 9, 0, 0, TimeSpan.FromHours(9));
    private static readonly JstDay Day = new(new DateOnly(2026, 11, 20));

    [Theory]
    [InlineData(15, 10, 0)]
    [InlineData(16, 10, 16)]
    [InlineData(40, 10, 16)]
    [InlineData(20, 100_000, 15)]
    [InlineData(20, MergePlan.MaximumRows / 2, 0)]
    public void Of_SegmentsOfOneSize_MergesFromSixteenOnWithinBounds(int count, long rows, int merged) =>
        Assert.Equal(merged, MergePlan.Of(Enumerable.Range(0, count).Select(_ => Segment(Day, rows)), Now).Sum(group => group.Count));

    [Fact]
    public void Of_SegmentsOfSeveralPeriodsOrSizes_AreNotMixed()
    {
        var mixed = Enumerable.Range(0, 15).Select(_ => Segment(Day, 10)).Concat(Enumerable.Range(0, 15).Select(_ => Segment(Day.AddDays(SegmentFormat.PeriodDays), 10))).Append(Segment(Day, 100_000));
        Assert.Empty(MergePlan.Of(mixed, Now));
    }

    [Theory]
    [InlineData(new long[] { 10, 900, 3000 }, 0)] // little for much
    [InlineData(new long[] { 10, 1000, 3000 }, 3)]
    [InlineData(new long[] { 100_000, 200_000, 240_000, 250_000, 700_000 }, 3)] // the larger ones stay
    [InlineData(new long[] { 3000 }, 0)]
    public void Of_PeriodForWhichNothingComes_MergesTheRestWhereThatPays(long[] rows, int merged)
    {
        var segments = rows.Select(count => Segment(Day, count)).ToList();
        Assert.Empty(MergePlan.Of(segments, Now + MergePlan.Quiet - TimeSpan.FromSeconds(1)));
        Assert.Equal(merged, MergePlan.Of(segments, Now + MergePlan.Quiet).Sum(group => group.Count));
    }

    private static SegmentInfo Segment(JstDay day, long rows)
    {
        var id = Guid.CreateVersion7(Now);
        return new SegmentInfo(id, DayRange.Of(day), $"{id:N}.seg", rows, rows, day.Start, day.Start, 1, Sha256.Of([]));
    }
}
