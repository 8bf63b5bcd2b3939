using Akashi.Identity.Passwords;

namespace Akashi.Identity.Tests.Passwords;

public sealed class PasswordRulesTests
{
    [Theory]
    [InlineData("Abcdef12", true)] // upper, lower, digit
    [InlineData("abcdef1!", true)]
    [InlineData("パスワードab12", true)] // other characters count as symbols
    [InlineData("Abcdef1", false)] // 7
    [InlineData("abcdefgh", false)] // one class
    [InlineData("abcdef12", false)] // two classes
    [InlineData("Hanako-2026", false)] // holds the user id
    [InlineData("", false)]
    public void CheckNew_Rules_Hold(string password, bool accepted) =>
        Assert.Equal(accepted, PasswordRules.CheckNew(password, password, "hanako").TryGet(out _, out _));

    [Fact]
    public void CheckNew_Lengths_AreBounded()
    {
        Assert.True(PasswordRules.CheckNew(Long(64), Long(64), "x").TryGet(out _, out _));
        Assert.False(PasswordRules.CheckNew(Long(65), Long(65), "x").TryGet(out _, out _));
        Assert.False(PasswordRules.CheckNew(Long(100_000), Long(100_000), "x").TryGet(out _, out _));
        static string Long(int length) => string.Concat(Enumerable.Repeat("aB3", length))[..length];
    }

    [Fact]
    public void CheckNew_TwoDifferent_Refuses()
    {
        Assert.False(PasswordRules.CheckNew("Abcdef12", "Abcdef13", "x").TryGet(out _, out var failure));
        Assert.Equal("passwords-differ", failure.Code);
    }

    [Fact]
    public void CheckNew_SameCharactersTypedElsewhere_AreTheSame()
    {
        // が as one character, and as か followed by the voicing mark, as macOS may send it.
        Assert.True(PasswordRules.CheckNew("\u304Cabc-123A", "\u304Cabc-123A", "x").TryGet(out var one, out _));
        Assert.Equal(one, PasswordRules.TryNormalize("\u304B\u3099abc-123A"));
    }

    [Fact]
    public void TryNormalize_LoneSurrogate_IsRefused() => Assert.Null(PasswordRules.TryNormalize("Abc\uD800def1"));
}
