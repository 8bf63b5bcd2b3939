using Akashi.Identity.Tenants;
using Akashi.Identity.Users;

namespace Akashi.Identity.Tests.Users;

public sealed class UserKeyTests
{
    [Theory]
    [InlineData("Hanako.Yamada", "hanako.yamada")]
    [InlineData("ｈａｎａｋｏ", "hanako")]
    [InlineData("  admin ", "admin")]
    [InlineData("ﾔﾏﾀﾞ", "ヤマダ")]
    [InlineData("", null)]
    [InlineData("   ", null)]
    [InlineData("a\u0001b", null)]
    public void TryFold_Table(string input, string? expected) => Assert.Equal(expected, UserKey.TryFold(input));

    [Fact]
    public void TryFold_LoneSurrogate_IsNull() => Assert.Null(UserKey.TryFold("a\uD800"));

    [Fact]
    public void TryFold_TooLong_IsNull()
    {
        Assert.Null(UserKey.TryFold(new string('a', 257)));
        Assert.Null(UserKey.TryFold(new string('\uFDFA', 100))); // one character that unfolds into eighteen
    }

    [Theory]
    [InlineData("AK00000001", "AK00000001")]
    [InlineData("ａｋ０００００００１", "AK00000001")]
    [InlineData(" ak00000001 ", "AK00000001")]
    [InlineData("AK0000001", null)]
    [InlineData("BK00000001", null)]
    [InlineData("AK0000000x", null)]
    [InlineData("AK00000001' OR 1=1 --", null)]
    public void SupportId_TryFold_Table(string input, string? expected) => Assert.Equal(expected, SupportId.TryFold(input));
}
