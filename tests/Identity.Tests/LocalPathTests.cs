using Akashi.Platform.Web;

namespace Akashi.Identity.Tests;

public sealed class LocalPathTests
{
    [Theory]
    [InlineData("/traces?q=a%20b&last=1h", "/traces?q=a%20b&last=1h")]
    [InlineData("/", "/")]
    [InlineData(null, "/")]
    [InlineData("", "/")]
    [InlineData("traces", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/a\\b", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("/\n//evil.example", "/")]
    [InlineData("\u0000/", "/")]
    [InlineData("javascript:alert(1)", "/")]
    public void Safe_Table(string? path, string expected) => Assert.Equal(expected, LocalPath.Safe(path));

    [Fact]
    public void Safe_TooLong_GoesHome() => Assert.Equal("/", LocalPath.Safe("/" + new string('a', LocalPath.MaximumLength)));
}
