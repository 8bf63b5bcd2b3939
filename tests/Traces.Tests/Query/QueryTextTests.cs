using Akashi.Traces.Query;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Query;

public sealed class QueryTextTests
{
    [Theory]
    [InlineData("*", "com", "PC-1", false, "com:PC-1")]
    [InlineData("*", "com", "PC-1", true, "-com:PC-1")]
    [InlineData("evt:ps", "com", "PC 1", false, "evt:ps com:\"PC 1\"")]
    [InlineData("evt:ps OR evt:net", "com", "a", false, "(evt:ps OR evt:net) com:a")]
    [InlineData("evt:(ps OR net)", "com", "a", true, "evt:(ps OR net) -com:a")]
    [InlineData(" evt:ps ", "k v", "*", false, "evt:ps \"k v\":\"*\"")]
    [InlineData("*", "cmd", "/c", false, "cmd:\"/c\"")]
    [InlineData("*", "cmd", "a \"b\"", false, "cmd:\"a \"\"b\"\"\"")]
    [InlineData("*", "cmd", "", false, "cmd:\"\"")]
    [InlineData("*", "cmd", null, false, "-cmd:*")]
    [InlineData("*", "cmd", null, true, "cmd:*")]
    [InlineData("a:\"", "cmd", "x", false, null)]
    [InlineData("*", "cmd", "x\ny", false, null)]
    public void With_Table(string query, string field, string? value, bool exclude, string? expected) => Assert.Equal(expected, QueryText.With(query, field, value, exclude));

    [Fact]
    public void With_AnyQueryAndValue_IsBothTogether() => Seeded.Repeat(chance =>
    {
        var query = QueryPrinter.Print(new PredicateMaker(chance).Predicate(3));
        Assert.True(QueryParser.TryParse(query, out var before, out _));
        if (QueryText.With(query, "com", "a (b) OR \"c\"", exclude: false) is not { } text) return;
        Assert.True(QueryParser.TryParse(text, out var after, out _), text);
        Assert.True(QueryParser.TryParse($"({query}) com:\"a (b) OR \"\"c\"\"\"", out var expected, out _));
        if (before is Traces.Contracts.Predicates.And or Traces.Contracts.Predicates.AllTraces) return; // terms of one level, or the value alone
        Assert.Equal(expected, after);
    });

    [Theory]
    [InlineData("a \"b", "a \"b\"")]
    [InlineData("a (b", "a (b)")]
    [InlineData("a) b", "a b")]
    [InlineData("evt: ps com:x", "evt:ps com:x")]
    [InlineData("a evt:", "a evt:*")]
    [InlineData("power* x", "cmd:power* x")]
    [InlineData("dstPort:>x", "dstPort:\">x\"")]
    [InlineData("cmd:/c dir", "cmd:\"/c\" dir")]
    [InlineData("path:/usr/bin/x evt:ps", "path:\"/usr/bin/x\" evt:ps")]
    [InlineData("ip:10.0.0.0/33", "ip:\"10.0.0.0/33\"")]
    [InlineData("cmd:f(x) evt:ps", "cmd:\"f(x)\" evt:ps")]
    [InlineData("evt: ps (com:x", "evt:ps (com:x)")]
    [InlineData("", "*")]
    [InlineData("evt:ps", null)]
    [InlineData("a OR", null)]
    public void Repaired_Table(string query, string? expected) => Assert.Equal(expected, QueryText.Repaired(query));

    [Fact]
    public void Repaired_AnyText_CanBeReadOrIsNone() => Seeded.Repeat(chance =>
    {
        var query = new string([.. Enumerable.Range(0, chance.Next(30)).Select(_ => "ab:\"()/*?-> =[]ORi\\"[chance.Next(19)])]);
        if (QueryText.Repaired(query) is { } text) Assert.True(QueryParser.TryParse(text, out _, out _), $"'{query}' became '{text}'");
    });

    [Theory]
    [InlineData("comand:x evt:ps", "cmd", "cmd:x evt:ps")]
    [InlineData("a -comand:(x y)", "cmd", "a -cmd:(x y)")]
    [InlineData("𠮷 \"comand\":x", "cmd", "𠮷 cmd:x")]
    public void Renamed_Table(string query, string known, string expected)
    {
        Assert.True(QueryParser.TryParse(query, out _, out _, out var mentions));
        var hint = new QueryHint(QueryParser.ColumnOf(query, mentions[0].Start), mentions[0].Name, known);
        Assert.Equal(expected, QueryText.Renamed(query, hint));
    }
}
