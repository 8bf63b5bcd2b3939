using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Query;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Query;

public class QueryParserTests
{
    [Theory]
    [InlineData("*", "*")]
    [InlineData("  word  ", "word")]
    [InlineData("evt:ps subEvt:start", "evt:ps subEvt:start")]
    [InlineData("evt:ps AND subEvt:start", "evt:ps subEvt:start")]
    [InlineData(@"psPath:*\powershell.exe com:PC-0* -psUser:SYSTEM", @"psPath:*\powershell.exe com:PC-0* -psUser:SYSTEM")]
    [InlineData("cmd:\"-enc\" word \"free words\" (a OR b)", "cmd:-enc word \"free words\" (a OR b)")]
    [InlineData("a b OR c d", "a b OR c d")]
    [InlineData("(a b) OR c", "a b OR c")]
    [InlineData("a (b OR c)", "a (b OR c)")]
    [InlineData("(a (b c))", "a (b c)")]
    [InlineData("NOT a", "-a")]
    [InlineData("NOT -(a b)", "--(a b)")]
    [InlineData("-(a OR b)c", "-(a OR b) c")]
    [InlineData("cmd:\"say \"\"hi\"\"\"", "cmd:\"say \"\"hi\"\"\"")]
    [InlineData("cmd:\"a*b\"", "cmd:\"a*b\"")]
    [InlineData("cmd:*\"a b\"*", "cmd:*\"a b\"*")]
    [InlineData("cmd:a\"b\"c", "cmd:abc")]
    [InlineData("cmd:\"\"", "cmd:\"\"")]
    [InlineData("cmd:**", "cmd:*")]
    [InlineData(@"path:C:\x:y", @"path:C:\x:y")]
    [InlineData("\"a:b\":c", "\"a:b\":c")]
    [InlineData("\"OR\" or", "\"OR\" or")]
    [InlineData("\"-x\"", "\"-x\"")]
    [InlineData("foo.exe", "foo.exe")]
    [InlineData("evt:ps\u3000項目:値", "evt:ps 項目:値")]
    [InlineData("dstPort:>1024 a:>=01 b:<-0.50 c:<=１０", "dstPort:>1024 a:>=1 b:<-0.5 c:<=10")]
    [InlineData("dstPort:[1024..2048] a:[..5] b:[-1.5..]", "dstPort:[1024..2048] a:<=5 b:>=-1.5")]
    [InlineData("a:\">5\" b:\"[1..2]\" c:\"=x\" d:\"/c\" e:[abc]", "a:\">5\" b:\"[1..2]\" c:\"=x\" d:\"/c\" e:\"[abc]\"")]
    [InlineData("sha256:(a OR b)", "sha256:(a OR b)")]
    [InlineData("f:(a)", "f:a")]
    [InlineData("f:((a OR b) OR c)", "f:(a OR b OR c)")]
    [InlineData("f:(a b*)", "f:(a b*)")]
    [InlineData("f:a f:b*", "f:(a b*)")]
    [InlineData("f:a OR f:b", "f:a OR f:b")]
    [InlineData("f:a OR g:b*", "f:a OR g:b*")]
    [InlineData("f:(a OR b* OR c OR >5)", "f:(a OR c OR b* OR >5)")]
    [InlineData("x f:(-a (b OR \"-c\") \"OR\" a:b) -f:(a OR b)", "x f:(-a (b OR \"-c\") \"OR\" a:b) -f:(a OR b)")]
    [InlineData("f:(a b OR c d)", "f:(a b OR c d)")]
    [InlineData("f:( a )g", "f:a g")]
    [InlineData("dstIP:10.0.0.0/8 a:10.1.2.3/8 b:2001:DB8::/32 c:::ffff:10.0.0.0/104", "dstIP:10.0.0.0/8 a:10.0.0.0/8 b:2001:db8::/32 c:10.0.0.0/8")]
    [InlineData("a:\"10.0.0.0/8\" b:1.2/8 c:x/y", "a:\"10.0.0.0/8\" b:1.2/8 c:x/y")]
    [InlineData("dstIP:(10.0.0.0/8 OR 192.168.0.0/16)", "dstIP:(10.0.0.0/8 OR 192.168.0.0/16)")]
    [InlineData("a:=x b:=\"a*b\" c:=\"\"", "a:=\"x\" b:=\"a*b\" c:=\"\"")]
    [InlineData(@"cmd:/\bhttp.+\.exe/i /a b|c\/d/ f:(/x/ OR /y/i)", @"cmd:/\bhttp.+\.exe/i /a b|c\/d/ f:(/x/ OR /y/i)")]
    [InlineData("-/x/ \"/x\" -f:/(a)/", "-/x/ \"/x\" -f:/(a)/")]
    public void TryParse_ProperText_PrintsBack(string text, string expected)
    {
        Assert.True(QueryParser.TryParse(text, out var predicate, out var error), error?.ToString());
        Assert.Equal(expected, QueryPrinter.Print(predicate));
    }

    [Fact]
    public void TryParse_Text_GivesTree()
    {
        Assert.True(QueryParser.TryParse("evt:ps (com:PC-? OR -\"free words\")", out var predicate, out _));
        var pattern = WildcardPattern.TryCreate([PatternPart.Literal("PC-"), PatternPart.One])!;
        Assert.Equal(new And([new FieldEquals("evt", "ps"), new Or([new FieldLike("com", pattern), new Not(new Phrase("free words"))])]), predicate);
    }

    [Theory]
    [InlineData("", QueryError.Empty, 1, "", "*")]
    [InlineData("  ", QueryError.Empty, 3, "", "*")]
    [InlineData("a \"b", QueryError.UnclosedQuote, 3, "\"b", "\"b\"")]
    [InlineData("a (b", QueryError.UnclosedParenthesis, 3, "(b", "(b)")]
    [InlineData("a) b", QueryError.UnexpectedParenthesis, 2, ")", "")]
    [InlineData("()", QueryError.TermExpected, 2, ")", null)]
    [InlineData("a OR", QueryError.TermExpected, 5, "", null)]
    [InlineData("OR a", QueryError.TermExpected, 1, "OR", null)]
    [InlineData("a OR OR b", QueryError.TermExpected, 6, "OR", null)]
    [InlineData("a AND", QueryError.TermExpected, 6, "", null)]
    [InlineData("-", QueryError.TermExpected, 2, "", null)]
    [InlineData("a - b", QueryError.TermExpected, 3, "-", null)]
    [InlineData(":x", QueryError.FieldNameMissing, 1, ":x", null)]
    [InlineData("ps*:x", QueryError.WildcardInFieldName, 1, "ps*", null)]
    [InlineData("evt: ps", QueryError.ValueMissing, 1, "evt:", "evt:ps")]
    [InlineData("a evt:", QueryError.ValueMissing, 3, "evt:", "evt:*")]
    [InlineData("power*", QueryError.WildcardNeedsField, 1, "power*", "cmd:power*")]
    [InlineData("a \"--\"", QueryError.NoWord, 3, "\"--\"", null)]
    [InlineData("dstPort:>x", QueryError.NumberExpected, 9, ">x", "\">x\"")]
    [InlineData("dstPort:>=", QueryError.NumberExpected, 9, ">=", "\">=\"")]
    [InlineData("dstPort:>\"5\"", QueryError.NumberExpected, 9, ">\"5\"", null)]
    [InlineData("p:[1 .. 5]", QueryError.RangeInvalid, 3, "[1", "\"[1\"")]
    [InlineData("p:[1..x]", QueryError.RangeInvalid, 3, "[1..x]", "\"[1..x]\"")]
    [InlineData("p:[5..1.5]", QueryError.RangeBackwards, 3, "[5..1.5]", "[1.5..5]")]
    [InlineData("ip:10.0.0.0/33", QueryError.NetworkInvalid, 4, "10.0.0.0/33", "\"10.0.0.0/33\"")]
    [InlineData("ip:10.0.0.300/8", QueryError.NetworkInvalid, 4, "10.0.0.300/8", "\"10.0.0.300/8\"")]
    [InlineData("ip:fe80:::1/10", QueryError.NetworkInvalid, 4, "fe80:::1/10", "\"fe80:::1/10\"")]
    [InlineData("a:=x*", QueryError.WildcardInExact, 3, "=x*", "=\"x*\"")]
    [InlineData("a:=", QueryError.ValueMissing, 3, "=", "=\"\"")]
    [InlineData("cmd:/c dir", QueryError.UnclosedRegex, 5, "/c dir", "\"/c\"")]
    [InlineData("path:/usr/bin/x", QueryError.RegexFlags, 11, "bin/x", "\"/usr/bin/x\"")]
    [InlineData("cmd:/a/gi", QueryError.RegexFlags, 8, "gi", "\"/a/gi\"")]
    [InlineData(@"cmd:/x\/(a/", QueryError.RegexInvalid, 9, "(a", "\\(")]
    [InlineData("𠮷 証跡 cmd:/(?i)a/", QueryError.RegexUnsupported, 11, "(?i)a", "/…/i")]
    [InlineData("𠮷𠮷 com:(𠮷 OR", QueryError.TermExpected, 13, "", null)]
    [InlineData("f:(a OR b", QueryError.UnclosedParenthesis, 3, "(a OR b", "(a OR b)")]
    [InlineData("f:()", QueryError.TermExpected, 4, ")", null)]
    [InlineData("cmd:f(x)", QueryError.ParenthesisInValue, 6, "cmd:f(x)", "cmd:\"f(x)\"")]
    public void TryParse_BadText_TellsWhereWhatAndHow(string text, string id, int column, string offending, string? fix)
    {
        Assert.False(QueryParser.TryParse(text, out _, out var error));
        Assert.Equal(new QueryError(id, column, offending, fix), error);
        Assert.Contains(id, QueryError.Ids);
        if (id != QueryError.ParenthesisInValue) Assert.StartsWith(offending[..Math.Min(offending.Length, 1)], text[QueryParser.IndexOf(text, column)..], StringComparison.Ordinal);
    }

    [Fact]
    public void TryParse_LongOffendingText_IsNotCutInsideACharacter() => Assert.False(char.IsHighSurrogate(Error("\"" + string.Concat(Enumerable.Repeat("𠮷", 80))).Offending[^1]));

    [Fact]
    public void TryParse_Bounds_AreKept()
    {
        Assert.True(QueryParser.TryParse(new string('a', QueryParser.MaxLength), out _, out _));
        Assert.Equal(QueryError.TooLong, Error(new string('a', QueryParser.MaxLength + 1)).Id);
        Assert.True(QueryParser.TryParse(Nested(QueryParser.MaxDepth), out _, out _));
        Assert.Equal((QueryError.TooDeep, QueryParser.MaxDepth), (Error(Nested(QueryParser.MaxDepth + 1)).Id, Error(Nested(51)).Limit));
        Assert.Equal(QueryError.TooDeep, Error(new string('-', 60) + "a").Id);
        Assert.True(QueryParser.TryParse(string.Join(' ', Enumerable.Repeat("a", QueryParser.MaxTerms)), out _, out _));
        Assert.Equal(QueryError.TooManyTerms, Error(string.Join(' ', Enumerable.Repeat("a", QueryParser.MaxTerms + 1))).Id);
        Assert.Equal(QueryError.FieldNameTooLong, Error(new string('k', 129) + ":1").Id);

        static string Nested(int depth) => new string('(', depth) + "a" + new string(')', depth);
    }

    [Fact]
    public void TryParse_Sets_CountAsOneTermWithBoundedValues()
    {
        var terms = string.Join(' ', Enumerable.Repeat("a", QueryParser.MaxTerms - 1));
        Assert.True(QueryParser.TryParse(terms + " f:(a OR b OR c)", out _, out _));
        Assert.Equal(QueryError.TooManyTerms, Error(terms + " f:(a b)").Id);
        Assert.Equal(QueryError.TooManyTerms, Error(terms + " f:(a OR b OR c*)").Id);

        var most = new FieldIn("sha256", [.. Enumerable.Range(0, FieldIn.MaxValues).Select(i => $"{i:x64}")]);
        var text = QueryPrinter.Print(most);
        Assert.Equal(QueryError.TooLong, Error(text).Id);
        Assert.True(QueryParser.TryParse(text, out var back, out _, longest: 1 << 20));
        Assert.Equal(most, back);
        Assert.False(QueryParser.TryParse(text[..^1] + " OR x)", out _, out var error, longest: 1 << 20));
        Assert.Equal((QueryError.TooManyValues, FieldIn.MaxValues), (error.Id, error.Limit!.Value));
        Assert.Throws<ArgumentException>(() => new FieldIn("f", ["a"]));
    }

    [Fact]
    public void TryParse_ManyLargeExpressions_AreRefusedTogether()
    {
        Assert.True(QueryParser.TryParse("/a{900}/ /b{900}/ /c{900}/ /d{900}/", out _, out _));
        Assert.Equal(QueryError.RegexTooLarge, Error("/a{900}/ /b{900}/ /c{900}/ /d{900}/ /e{900}/").Id);
    }

    [Fact]
    public void Print_AnyTree_IsParsedAsTheSame() => Seeded.Repeat(chance =>
    {
        var predicate = new PredicateMaker(chance).Predicate(4);
        var text = QueryPrinter.Print(predicate);
        Assert.True(QueryParser.TryParse(text, out var back, out var error), $"{text}: {error}");
        Assert.Equal(predicate, back);
        Assert.Equal(predicate.GetHashCode(), back.GetHashCode());
    });

    private static QueryError Error(string text) => QueryParser.TryParse(text, out _, out var error) ? throw new InvalidOperationException(text) : error;
}
