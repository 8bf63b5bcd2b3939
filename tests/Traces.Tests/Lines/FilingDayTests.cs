using Akashi.Traces.Lines;

namespace Akashi.Traces.Tests.Lines;

public class FilingDayTests
{
    [Theory]
    // Midnight in Japan is 15:00 UTC.
    [InlineData("2026-02-01T14:59:59.999Z", "2026-02-01T16:00:00Z", "2026-02-01", false)]
    [InlineData("2026-02-01T15:00:00.000Z", "2026-02-01T16:00:00Z", "2026-02-02", false)]
    [InlineData("2026-02-02T00:00:00.000+09:00", "2026-02-01T16:00:00Z", "2026-02-02", false)]
    // Exactly 90 days late and one day early are still believed.
    [InlineData("2026-02-01T00:00:00.000Z", "2026-05-02T00:00:00Z", "2026-02-01", false)]
    [InlineData("2026-01-31T23:59:59.999Z", "2026-05-02T00:00:00Z", "2026-05-02", true)]
    [InlineData("2026-05-03T00:00:00.000Z", "2026-05-02T00:00:00Z", "2026-05-03", false)]
    [InlineData("2026-05-03T00:00:00.001Z", "2026-05-02T00:00:00Z", "2026-05-02", true)]
    [InlineData("1970-01-01T00:00:00.000Z", "2026-05-02T20:00:00Z", "2026-05-03", true)]
    [InlineData("2099-01-01T00:00:00.000Z", "2026-05-02T20:00:00Z", "2026-05-03", true)]
    [InlineData("1969-12-31T20:00:00.000Z", "1970-01-01T00:00:00Z", "1970-01-01", false)]
    public void Of_EventAndReceipt_GivesDay(string time, string received, string day, bool skewed)
    {
        var filed = FilingDay.Of(EventTime.Of(DateTimeOffset.Parse(time, null)), DateTimeOffset.Parse(received, null));
        Assert.Equal((day, skewed), (filed.Day.ToString(), filed.Skewed));
    }
}
