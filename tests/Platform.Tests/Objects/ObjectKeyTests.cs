using Akashi.Platform.Objects;
using Xunit;

namespace Akashi.Platform.Tests.Objects;

public sealed class ObjectKeyTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("0190/archive/2026-11-21/x_y-z.akb")]
    public void TryParse_SoundKey_IsKept(string text)
    {
        Assert.True(ObjectKey.TryParse(text, out var key));
        Assert.Equal(text, key.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/etc/passwd")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("..")]
    [InlineData("../keys/master.key")]
    [InlineData("a/../../keys/master.key")]
    [InlineData("a/./b")]
    [InlineData(".incoming/x")]
    [InlineData("a/.hidden")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("証跡")]
    [InlineData("a%2f..")]
    [InlineData("a?versions")]
    public void TryParse_HostileKey_IsRefused(string? text)
    {
        Assert.False(ObjectKey.TryParse(text, out _));
        if (text is not null) Assert.Throws<ArgumentException>(() => new ObjectKey(text));
    }

    [Fact]
    public void TryParse_Lengths_AreBounded()
    {
        Assert.False(ObjectKey.TryParse(new string('a', 201), out _));
        Assert.True(ObjectKey.TryParse(new string('a', 200), out _));
        Assert.False(ObjectKey.TryParse(string.Join('/', Enumerable.Repeat(new string('a', 100), 6)), out _));
    }

    [Fact]
    public void ToString_UnsetKey_Raises() => Assert.Throws<InvalidOperationException>(() => default(ObjectKey).ToString());
}
