using Akashi.Supervisor.Processes;

namespace Akashi.Supervisor.Tests.Processes;

public sealed class BackOffTests
{
    [Fact]
    public void After_ShortLives_WaitsLongerUpToTenSeconds()
    {
        var backOff = new BackOff();
        var waits = Enumerable.Range(0, 10).Select(_ => backOff.After(TimeSpan.FromSeconds(1)).TotalSeconds).ToArray();
        Assert.Equal([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10, 10, 10], waits);
    }

    [Fact]
    public void After_LongLife_StartsAtOnceAgain()
    {
        var backOff = new BackOff();
        for (var i = 0; i < 10; i++) backOff.After(TimeSpan.Zero);
        Assert.Equal(0.2, backOff.After(TimeSpan.FromMinutes(1)).TotalSeconds);
        Assert.Equal(0.2, backOff.After(TimeSpan.Zero).TotalSeconds);
    }
}
