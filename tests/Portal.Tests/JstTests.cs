using Akashi.Portal.Contracts;

namespace Akashi.Portal.Tests;

public sealed class JstTests
{
    [Theory]
    [InlineData("2026-04-01T09:00", "2026-04-01T00:00:00Z")]
    [InlineData("2026-04-01T09:00:01", "2026-04-01T00:00:01Z")]
    [InlineData("2026-04-01T09:00:00.5", "2026-04-01T00:00:00.5Z")]
    [InlineData("2026-04-01T09:00:00Z", "2026-04-01T09:00:00Z")]
    [InlineData("2026-04-01T09:00Z", "2026-04-01T09:00:00Z")]
    [InlineData("2026-04-01T09:00:00+02:00", "2026-04-01T07:00:00Z")]
    [InlineData("2026-04-01T09:00:00.1234567-01:30", "2026-04-01T10:30:00.1234567Z")]
    public void TryParse_AnyOffsetOrNone_IsThatInstant(string text, string instant)
    {
        Assert.True(Jst.TryParse(text, out var time));
        Assert.Equal(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture), time);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2026-04-01")]
    [InlineData("2026-13-01T09:00")]
    [InlineData("2026-04-01 09:00")]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.False(Jst.TryParse(text, out _));
}
