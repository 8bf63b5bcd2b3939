using System.Diagnostics;

namespace Akashi.TestKit.Service;

/// <summary>Waits for what other processes do. The limit only ends a test that would hang; it is no requirement on speed.</summary>
public static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    public static Task HoldsAsync(Func<bool> condition, string what) => HoldsAsync(() => Task.FromResult(condition()), what);

    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan? patience = null)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began) > (patience ?? Patience)) throw new TimeoutException($"Waited {(patience ?? Patience).TotalSeconds} s in vain until {what}.");
            await Task.Delay(Poll);
        }
    }
}
