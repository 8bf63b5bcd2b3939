using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Query;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Query;

public class FoldedPatternTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("?", "", false)]
    [InlineData("?", "証", true)]
    [InlineData("?", "𠮷", true)]
    [InlineData("??", "𠮷", false)]
    [InlineData("a*", "abc", true)]
    [InlineData("*c", "abc", true)]
    [InlineData("a*c", "ac", true)]
    [InlineData("a*a", "a", false)]
    [InlineData("*b*", "abc", true)]
    [InlineData("*ab*ab*", "abab", true)]
    [InlineData("*ab*ab*", "aba", false)]
    [InlineData("*a?c", "xxabcabc", true)]
    [InlineData("a??", "ab", false)]
    [InlineData("*証?ログ", "AA証跡ログ", true)]
    [InlineData("PC-0*", "ｐｃ－００１", true)]
    [InlineData("*?b", "b", false)]
    public void Fits_PatternAndValue_Decides(string pattern, string value, bool expected)
    {
        Assert.True(QueryParser.TryParse("f:" + pattern, out var predicate, out _));
        var folded = new FoldedPattern(Assert.IsType<FieldLike>(predicate).Pattern);
        Assert.Equal(expected, folded.Fits(Folder.Fold(value)));
    }

    [Fact]
    public void Fits_AnyPattern_IsWhatARegularExpressionGives() => Seeded.Repeat(chance =>
    {
        var parts = Enumerable.Range(0, 1 + chance.Next(7)).Select(_ => chance.Next(3) switch
        {
            0 => PatternPart.Any,
            1 => PatternPart.One,
            _ => PatternPart.Literal(Text(chance, 2)),
        });
        if (WildcardPattern.TryCreate(parts) is not { } pattern) return;
        var value = Text(chance, 8);
        Assert.True(NaiveTrace.Fits(value, pattern) == new FoldedPattern(pattern).Fits(Encoding.UTF8.GetBytes(value)), $"{pattern} on {value}");
    });

    private static string Text(Seeded chance, int most) => string.Concat(Enumerable.Range(0, chance.Next(most + 1)).Select(_ => chance.Pick("a", "b", "証", "𠮷")));
}
