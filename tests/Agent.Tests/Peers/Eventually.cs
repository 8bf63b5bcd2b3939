namespace Akashi.Agent.Tests.Peers;

internal static class Eventually
{
    /// <summary>Waits for a condition, generously: a busy machine is no failure.</summary>
    public static async Task TrueAsync(Func<bool> condition, string what, int seconds = 60)
    {
        var clock = TimeProvider.System;
        var since = clock.GetTimestamp();
        while (!condition())
        {
            Assert.True(clock.GetElapsedTime(since) < TimeSpan.FromSeconds(seconds), $"Not within {seconds} s: {what}");
            await Task.Delay(50);
        }
    }
}
