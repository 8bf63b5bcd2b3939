using Akashi.Traces.Store.Format;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Store;

public class IntegerRangesTests
{
    [Fact]
    public void MayHold_AnyValues_NeverMissesOne() => Seeded.Repeat(chance =>
    {
        var values = Enumerable.Range(0, 1 + chance.Next(40)).Select(_ => chance.Chance(90) ? chance.Next(300) - 100L : chance.Pick(long.MinValue, long.MaxValue)).ToArray();
        var ranges = IntegerRanges.Of([.. values]);
        for (var i = 0; i < 20; i++)
        {
            var first = chance.Chance(95) ? chance.Next(300) - 100L : chance.Pick(long.MinValue, long.MaxValue);
            var last = chance.Chance(40) ? first : chance.Next(300) - 100L;
            var held = values.Any(value => value >= first && value <= last);
            Assert.True(ranges.MayHold(first, last) || !held, $"[{first}..{last}] in {string.Join(' ', values)}");
            Assert.Equal(ranges.MayHold(first), ranges.MayHold(first, first));
        }
    }, 1);
}
