namespace Akashi.TestKit;

/// <summary>Waits for what happens in the background, looking often, failing clearly.</summary>
public static class TestWait
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <exception cref="TimeoutException">The condition did not come true in time.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan patience, string what = "the condition")
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(begin) > patience) throw new TimeoutException($"Waited {patience} in vain for {what}.");
            await Task.Delay(Pause);
        }
    }
}
