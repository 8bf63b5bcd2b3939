using System.Text;
using Akashi.Traces.Lines;

namespace Akashi.Traces.Tests.Lines;

public class EventTimeTests
{
    [Theory]
    [InlineData("02/01/2026 13:20:00.500 +0900", "2026-02-01T13:20:00.500+09:00")]
    [InlineData("12/31/1969 23:59:59.999 +0000", "1969-12-31T23:59:59.999+00:00")]
    [InlineData("02/29/2024 00:00:00.000 -0330", "2024-02-29T00:00:00.000-03:30")]
    [InlineData("01/02/0001 14:00:00.000 +1400", "0001-01-02T14:00:00.000+14:00")]
    [InlineData("12/30/9999 09:59:59.999 -1400", "9999-12-30T09:59:59.999-14:00")]
    public void TryParse_GoodHeader_GivesInstantAndComesBack(string header, string expected)
    {
        Assert.True(EventTime.TryParse(Encoding.UTF8.GetBytes(header), out var time));
        Assert.Equal(DateTimeOffset.Parse(expected, null), time.ToDateTimeOffset());
        var back = new byte[EventTime.HeaderLength];
        time.Write(back);
        Assert.Equal(header, Encoding.UTF8.GetString(back));
    }

    [Theory]
    [InlineData("")]
    [InlineData("02/01/2026 13:20:00.500 +090")]
    [InlineData("13/01/2026 13:20:00.500 +0900")]
    [InlineData("00/01/2026 13:20:00.500 +0900")]
    [InlineData("02/29/2026 13:20:00.500 +0900")]
    [InlineData("02/01/0000 13:20:00.500 +0900")]
    [InlineData("02/01/2026 24:20:00.500 +0900")]
    [InlineData("02/01/2026 23:60:00.500 +0900")]
    [InlineData("02/01/2026 23:59:60.500 +0900")]
    [InlineData("02/01/2026 13:20:00.500 +0960")]
    [InlineData("02/01/2026 13:20:00.500 +1401")]
    [InlineData("02/01/2026 13:20:00.500  0900")]
    [InlineData("2026/02/01 13:20:00.500 +0900")]
    [InlineData("02-01-2026 13:20:00.500 +0900")]
    [InlineData("02/01/2026T13:20:00.500 +0900")]
    [InlineData("02/01/2026 13:20:00,500 +0900")]
    [InlineData("0x/01/2026 13:20:00.500 +0900")]
    [InlineData("01/02/0001 00:00:00.000 +0900")]
    [InlineData("12/31/9999 00:00:00.000 +0000")]
    public void TryParse_BadHeader_IsFalse(string header) => Assert.False(EventTime.TryParse(Encoding.UTF8.GetBytes(header), out _));

    [Fact]
    public void Write_AnyInstant_IsParsedAsTheSame() => Seeded.Repeat(chance =>
    {
        var ticks = (long)(chance.Next64() % (ulong)(DateTime.MaxValue.Ticks - 2 * TimeSpan.TicksPerDay - 1)) + TimeSpan.TicksPerDay;
        var time = new EventTime(new DateTimeOffset(ticks, TimeSpan.Zero).ToUnixTimeMilliseconds(), (short)(chance.Next(1681) - 840));
        var header = new byte[EventTime.HeaderLength];
        time.Write(header);
        Assert.True(EventTime.TryParse(header, out var back));
        Assert.Equal(time, back);
    }, 0.2);
}
