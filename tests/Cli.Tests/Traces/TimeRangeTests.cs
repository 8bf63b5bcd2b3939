using Akashi.Cli.Traces;

namespace Akashi.Cli.Tests.Traces;

public sealed class TimeRangeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.FromHours(9));

    [Theory]
    [InlineData("30s", 30)]
    [InlineData("10m", 600)]
    [InlineData("2h", 7200)]
    [InlineData("7d", 604800)]
    [InlineData("36500d", 3153600000)]
    public void Parse_Last_CountsBackFromNow(string last, long seconds)
    {
        var range = TimeRange.Parse(last, null, null, Now);
        Assert.Equal(Now.AddSeconds(-seconds), range.From);
        Assert.Null(range.To);
    }

    [Theory]
    [InlineData("2026-02-01", "2026-01-31T15:00:00Z")]
    [InlineData("2026-02-01T13:20", "2026-02-01T04:20:00Z")]
    [InlineData("2026-02-01T13:20:01.5", "2026-02-01T04:20:01.5Z")]
    [InlineData("2026-02-01T04:20:00Z", "2026-02-01T04:20:00Z")]
    [InlineData("2026-02-01T04:20:00-05:00", "2026-02-01T09:20:00Z")]
    public void Parse_From_IsJapanTimeUnlessItSaysOtherwise(string from, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), TimeRange.Parse(null, from, null, Now).From);

    [Theory]
    [InlineData("", null, null)]
    [InlineData("m", null, null)]
    [InlineData("-1m", null, null)]
    [InlineData("1.5h", null, null)]
    [InlineData("36501d", null, null)]
    [InlineData("99999999999d", null, null)]
    [InlineData("1h", "2026-02-01", null)]
    [InlineData(null, "2026-02-30", null)]
    [InlineData(null, "01/02/2026", null)]
    [InlineData(null, "2026-02-02", "2026-02-01")]
    [InlineData(null, "2026-02-02", "2026-02-02")]
    public void Parse_Nonsense_IsWrongUsage(string? last, string? from, string? to) =>
        Assert.Equal(2, Assert.Throws<CommandFailure>(() => TimeRange.Parse(last, from, to, Now)).ExitCode);

    [Fact]
    public void Parse_Nothing_IsAllTime() => Assert.Equal("", TimeRange.Parse(null, null, null, Now).ToQuery());
}
