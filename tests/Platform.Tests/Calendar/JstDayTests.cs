using System.Globalization;
using Akashi.Platform.Calendar;
using Xunit;

namespace Akashi.Platform.Tests.Calendar;

public class JstDayTests
{
    [Theory]
    [InlineData("2026-11-20T14:59:59Z", "2026-11-20")]
    [InlineData("2026-11-20T15:00:00Z", "2026-11-21")]
    [InlineData("2026-12-31T23:00:00-05:00", "2027-01-01")]
    public void Of_Instant_IsTheDayInJapan(string instant, string day) =>
        Assert.Equal(day, JstDay.Of(DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture)).ToString());

    [Theory]
    [InlineData("2026-11-21T04:59:59+09:00", "2026-11-20")]
    [InlineData("2026-11-21T05:00:00+09:00", "2026-11-21")]
    public void CollectionDayOf_ReceiveTime_BeginsAtFive(string received, string day) =>
        Assert.Equal(day, JstDay.CollectionDayOf(DateTimeOffset.Parse(received, CultureInfo.InvariantCulture)).ToString());
}
