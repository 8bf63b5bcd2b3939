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
    [InlineData("cmd:f(x)", QueryError.ParenthesisInValue, 6, "cmd:f(x)", "cmd:\"f(x)\"")]
    public void TryParse_BadText_TellsWhereWhatAndHow(string text, string id, int column, string offending, string? fix)
    {
        Assert.False(QueryParser.TryParse(text, out _, out var error));
        Assert.Equal(new QueryError(id, column, offending, fix), error);
        Assert.Contains(id, QueryError.Ids);
    }

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
    public void Print_AnyTree_IsParsedAsTheSame() => Seeded.Repeat(chance =>
    {
        var predicate = new PredicateMaker(chance).Predicate(4);
        var text = QueryPrinter.Print(predicate);
        Assert.True(QueryParser.TryParse(text, out var back, out var error), $"{text}: {error}");
        Assert.Equal(predicate, back);
        Assert.Equal(predicate.GetHashCode(), back.GetHashCode());
    });

    [Fact]
    public void TryParse_AnyText_GivesATreeThatPrintsOrAnErrorInBounds() => Seeded.Repeat(chance =>
    {
        string[] pieces = ["a", "evt", ":", "\"", "(", ")", "-", "*", "?", " ", "\u3000", "OR", "AND", "NOT", " OR ", "証", "\uD800", "\0", "\n", "\\", "--", "\"\""];
        var text = string.Concat(Enumerable.Range(0, chance.Next(chance.Chance(5) ? 3000 : 25)).Select(_ => chance.Pick(pieces)));
        if (QueryParser.TryParse(text, out var predicate, out var error))
        {
            Assert.True(QueryParser.TryParse(QueryPrinter.Print(predicate), out var back, out _), QueryPrinter.Print(predicate));
            Assert.Equal(predicate, back);
        }
        else
        {
            Assert.InRange(error.Column, 1, text.Length + 1);
            Assert.Contains(error.Id, QueryError.Ids);
            Assert.True(error.Offending.Length <= 100);
        }
    });

    private static QueryError Error(string text) => QueryParser.TryParse(text, out _, out var error) ? throw new InvalidOperationException(text) : error;
}
