using Akashi.Platform.Errors;
using Xunit;

namespace Akashi.Platform.Tests.Errors;

public sealed class QuotedTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("山田 太郎", "山田 太郎")]
    [InlineData("a\r\nb\tc\u001b[2J", "a  b c [2J")]
    [InlineData("\u202Egnp.exe", "gnp.exe")]
    [InlineData("a\u2028b\u200Fc", "a b c")]
    public void Of_Table(string? text, string expected) => Assert.Equal(expected, Quoted.Of(text));

    [Fact]
    public void Of_LongText_EndsInAnEllipsisAndNeverInHalfACharacter()
    {
        Assert.Equal(new string('a', 64), Quoted.Of(new string('a', 64)));
        Assert.Equal(new string('a', 64) + "…", Quoted.Of(new string('a', 65)));
        Assert.Equal(new string('a', 63) + "…", Quoted.Of(new string('a', 63) + "😀😀"));
        Assert.Equal("ab…", Quoted.Of("abc", 2));
        Assert.Equal("a\uFFFDb", Quoted.Of("a\uD800b")); // a lone surrogate
    }

    [Theory]
    [InlineData(20261121)]
    public void Of_AnyText_IsBoundedAndOneLine(int seed)
    {
        var random = new Seeded(seed);
        for (var round = 0; round < 20_000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(200)).Select(_ => (char)random.Next(round % 2 == 0 ? 0x80 : 0x10000))]);
            var quoted = Quoted.Of(text);
            Assert.True(quoted.Length <= Quoted.Maximum + 1, $"seed {seed}, round {round}");
            Assert.False(quoted.Any(letter => char.IsControl(letter) || letter is '\u202E' or '\u2028'), $"seed {seed}, round {round}");
        }
    }
}
