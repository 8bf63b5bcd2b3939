using Akashi.Traces.Query;
using Akashi.Traces.Store.Reading;
using Akashi.Traces.Store.Writing;
using Akashi.Traces.Tests.Lines;
using Akashi.Traces.Tests.Store;

namespace Akashi.Traces.Tests.Query;

public class AllocationTests
{
    /// <summary>A block of 4 000 distinct values a column: what is taken must not grow with them.</summary>
    [Theory]
    [InlineData("sn:>1000")]
    [InlineData("size:[10..20]")]
    [InlineData("guid:(a OR b OR c)")]
    [InlineData("ip:10.0.0.0/8 OR ip6:2001:db8::/32")]
    [InlineData("guid:* -none:*")]
    [InlineData("guid:=x OR guid:x")]
    [InlineData("guid:*f0f*")]
    [InlineData("guid:/f0f[0-9]+a/ OR guid:/F0F[0-9]+A/i")]
    [InlineData(@"guid:/[0-4]{9}$/")]
    public void Select_ManyDistinctValues_AllocatesNothingForEach(string query)
    {
        using var store = new TestSegments { Form = SegmentForm.Fresh };
        var chance = new Seeded(7);
        store.WriteLines(Enumerable.Range(0, 4000).Select(i =>
            $"02/01/2026 20:00:{i / 1000:00}.{i % 1000:000} +0900 sn={i} size={i}.5 guid={chance.Next64():x16} ip=10.{i / 250}.{i % 250}.1 ip6=2001:db8:{i:x}::{i:x}"));
        Assert.True(QueryParser.TryParse(query, out var predicate, out _));
        var matcher = Matcher.Of(predicate);
        using var block = new BlockReader(store.Open(Assert.Single(store.Segments)), 0);
        var folder = new Folder();
        var rows = new RowSet(block.Rows);
        matcher.Select(block, folder, rows); // reads the columns
        var before = GC.GetAllocatedBytesForCurrentThread();
        rows.Clear();
        matcher.Select(block, folder, rows);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16_000);
    }
}
