using Akashi.Traces.Lines;
using Akashi.Traces.Store.Search;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Store;

public class PageRowsTests
{
    private static readonly byte[][] Lines = [new byte[100], new byte[3 << 20], new byte[9 << 20], new byte[FirstTraces.MaxBytes], new byte[40 << 20]];

    [Fact]
    public void ToPage_RowsInAnyOrder_AreTheFirstThatThereIsRoomFor() => Seeded.Repeat(chance =>
    {
        var order = chance.Pick(TraceOrder.Newest, TraceOrder.Oldest);
        var rows = Enumerable.Range(0, chance.Next(40)).Select(number => Trace(number, chance.Pick(chance.Chance(95) ? Lines[..3] : Lines))).ToList();
        if (order == TraceOrder.Newest) rows.Reverse();
        var limit = 1 + chance.Next(30);
        var bytes = 0L;
        var expected = rows.Take(limit).TakeWhile((row, index) => (bytes += row.Line.Length) <= FirstTraces.MaxBytes || index == 0).Select(row => row.Position).ToList();

        var page = new PageRows(order, limit);
        foreach (var row in rows.OrderBy(_ => chance.Next64()))
        {
            if (!page.Add(row)) Assert.DoesNotContain(row.Position, expected.SkipLast(1));
        }
        var made = page.ToPage();
        Assert.Equal(expected, made.Traces.Select(trace => trace.Position));
        Assert.Equal(expected.Count < rows.Count || expected.Count == limit ? expected[^1] : null, made.Next);
    });

    private static FoundTrace Trace(int number, byte[] line)
    {
        var batch = TestSegments.Batch(new Seeded(1));
        return new FoundTrace(line, LineEnd.Lf, TestSegments.Received, LineFlags.None, batch.Tmid, batch.Id, number, TestSegments.Received, new TracePosition(0, batch.Tmid, batch.Id, number));
    }
}
