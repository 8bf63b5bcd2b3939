using Akashi.Traces.Query;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Search;
using Akashi.Traces.Store.Writing;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Store;

/// <summary>What the index and the ranges of the blocks let a search pass over, and what they must not.</summary>
public class IndexedSearchTests
{
    [Fact]
    public void Search_RareAndAbsentValues_ReadsFewBlocks()
    {
        using var store = new TestSegments();
        store.WriteLines(Enumerable.Range(0, 50_000).Select(i => $"02/01/2026 20:00:{i / 1000:00}.{i % 1000:000} +0900 evt=ps sn={i} psGUID={{{new Seeded((ulong)i).Next64():x16}}} v6=2001:db8:{i:x}::1 cmd=\"run word{i}x\""));
        var segment = store.Open(Assert.Single(store.Segments));
        var guid = $"{new Seeded(5).Next64():x16}";
        string[] rare = ["sn:31234", "sn:999999", "word777x", "wordless", $"psguid:{{{new Seeded(5).Next64():X16}}}", "nofield:1", "cmd:\"run word9x\"", "cmd:*\" word4711x\"", "cmd:*\"un word4712x\"*",
            "sn:>49990", "sn:[20000..20100]", "sn:<-1", "sn:>999999", "nofield:>1", "nofield:*", "nofield:10.0.0.0/8", $"sn:({string.Join(" OR ", Enumerable.Range(0, 20).Select(i => i + 70_000))} OR 31234)",
            $"psGUID:({string.Join(" OR ", Enumerable.Range(0, 20).Select(i => $"{i:x16}"))})", $"psguid:=\"{{{new Seeded(5).Next64():x16}}}\"", "v6:2001:db8:7a5c::/48",
            $"psGUID:/^.{guid}/", $"/({guid.ToUpperInvariant()}|deadbeef01234567).$/i", $"cmd:/(?:never said|absent words)/ OR psguid:/{guid}/"];
        foreach (var query in rare)
        {
            Assert.True(QueryParser.TryParse(query, out var predicate, out _));
            var candidates = Matcher.Of(predicate).Candidates(new SegmentProbe(segment)).Count();
            Assert.True(candidates <= 3, $"{query} may be in {candidates} of {segment.Directory.Blocks.Length} blocks");
        }
    }

    [Theory]
    [InlineData("n:>1990", 9)]
    [InlineData("n:>=1990", 10)]
    [InlineData("n:<-1990", 10)]
    [InlineData("n:<=-1990", 11)]
    [InlineData("n:>1990.5", 9)]
    [InlineData("n:<-1990.5", 10)]
    [InlineData("n:>-1990.5 n:<-1988.5", 2)]
    [InlineData("n:[-2000..-2000]", 1)]
    [InlineData("n:[1999..5000]", 1)]
    [InlineData("n:[-9999..-2000]", 1)]
    [InlineData("n:<9223372036854775808", 4000)]
    [InlineData("n:>9223372036854775807", 0)]
    [InlineData("n:>-99999999999999999999999999999999999999", 4000)]
    [InlineData("n:(5 OR 1999 OR 7777)", 2)]
    [InlineData("n:5 OR n:6 OR n:(7 OR 8)", 4)]
    [InlineData("n:/^199\\d$/", 10)]
    public void Count_NumbersInColumnsOfIntegers_IsExact(string query, int expected)
    {
        using var store = new TestSegments { Form = new SegmentForm(1, 500) };
        store.WriteLines(Enumerable.Range(0, 4000).Select(i => $"02/01/2026 20:00:{i / 1000:00}.{i % 1000:000} +0900 n={i - 2000}"));
        Assert.True(QueryParser.TryParse(query, out var predicate, out _));
        Assert.Equal(expected, Ask.Count(store.Tenant, store.OpenAll(), new TraceQuery(predicate), SearchOptions.Default, CancellationToken.None));
        if (expected == 1) Assert.Equal(1, Matcher.Of(predicate).Candidates(new SegmentProbe(store.OpenAll()[0])).Count());
    }

    /// <summary>Neither the ranges nor the keys of a segment tell of a line that is kept as it came, such as one with -0000 for its offset.</summary>
    [Theory]
    [InlineData("n:>90000")]
    [InlineData("n:[99999..99999]")]
    [InlineData("other:*")]
    [InlineData("other:>5")]
    [InlineData("other:10 ip:10.0.0.0/8")]
    [InlineData("other:(10 OR 11)")]
    [InlineData("other:/^1/ ip:/10\\.0\\.0\\.1/")]
    public void Search_LineKeptVerbatim_IsFoundByItsFields(string query)
    {
        using var store = new TestSegments { Form = new SegmentForm(1, 500) };
        store.WriteLines(Enumerable.Range(0, 1000).Select(i => $"02/01/2026 11:00:00.{i:000} +0000 n={i}").Append("02/01/2026 11:00:01.000 -0000 n=99999 other=10 ip=10.0.0.1"));
        Assert.True(QueryParser.TryParse(query, out var predicate, out _));
        Assert.Equal(1, Ask.Count(store.Tenant, store.OpenAll(), new TraceQuery(predicate), SearchOptions.Default, CancellationToken.None));
        Assert.Contains(store.OpenAll(), segment => segment.Directory.Blocks.Any(block => block.RawRows > 0));
    }

    /// <summary>What stands in the index differs from what was written; an index asked too boldly would hide the row.</summary>
    [Theory]
    [InlineData("powershellH\u0331x", "f:/powershellH/")]
    [InlineData("xxpowershellＨtrue", "f:/powershell/ f:/POWERSHELLHTRUE/i")]
    [InlineData("POWERSHELL.EXE", "f:/POWERSHELL/ -f:/powershell/ f:/powershell/i")]
    [InlineData("か\u3099ぎぐ", "f:=がぎぐ f:/^がぎ/ -f:=か")]
    [InlineData("longenough証跡", "f:/longenough証跡/ f:/ough証跡/i")]
    [InlineData("ｶﾞｶﾞｶﾞｶﾞ", "f:/ｶﾞｶﾞｶﾞ/ f:/ガガガ/i f:/がががが|ｶﾞｶﾞｶﾞ/")]
    [InlineData("::ffff:0a00:0001", "f:10.0.0.1/32")]
    [InlineData("192.168.1.1, 10.0.0.1", "f:10.0.0.1/32")]
    [InlineData("2001:0DB8:0:0::0001", "f:2001:db8::1/128")]
    [InlineData("64:ff9b::10.0.0.1", "f:64:ff9b::a00:1/128")]
    [InlineData("１２３４", "f:1234 f:[1234..1234] f:(1234 OR x) f:=１２３４")]
    [InlineData("12345", "f:/^1234\\d$/ /234/ f:>12344")]
    [InlineData("1234567890123", "f:/234567890/ f:/1234567890\\d+/ f:=1234567890123")]
    [InlineData("12345.50", "f:>12345 f:[12345.5..12345.5]")]
    [InlineData("Ｐowershell.EXE", "f:=Ｐowershell.EXE f:(powershell.exe OR b)")]
    [InlineData("", "f:* f:=\"\" f:(\"\" OR b) -f:?*")]
    public void Search_ValuesThatFoldingChanges_AreFoundThroughTheIndex(string value, string query)
    {
        using var store = new TestSegments { Form = new SegmentForm(1, 4) };
        var rows = Enumerable.Range(0, 40).Select(i => $"02/01/2026 20:00:00.{i:000} +0900 f={i} g=\"some text {i}\"").ToList();
        rows.Insert(20, $"02/01/2026 20:00:00.020 +0900 f=\"{value}\"");
        rows.Insert(30, "free text that is no trace");
        store.WriteLines(rows);
        Assert.True(QueryParser.TryParse(query, out var predicate, out _));
        Assert.Equal(1, Ask.Count(store.Tenant, store.OpenAll(), new TraceQuery(predicate), SearchOptions.Default, CancellationToken.None));
    }
}
