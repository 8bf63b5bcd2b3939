using System.Diagnostics;

namespace Akashi.Bench.Traces.Peers;

/// <summary>Waits until something changes no more, and tells when it last did.</summary>
internal static class RestWatch
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromHours(2);

    /// <param name="state">Null while work is known to wait.</param>
    /// <param name="quiet">So long unchanged is at rest.</param>
    /// <returns>Timestamp of the last change.</returns>
    public static async Task<long> UntilRestAsync(Func<Task<string?>> state, TimeSpan quiet)
    {
        var started = Stopwatch.GetTimestamp();
        var (last, changed) = (default(string), started);
        while (true)
        {
            if (await state() is var now && (now is null || now != last)) (last, changed) = (now, Stopwatch.GetTimestamp());
            else if (Stopwatch.GetElapsedTime(changed) > quiet) return changed;
            if (Stopwatch.GetElapsedTime(started) > Patience) throw new TimeoutException($"The store does not come to rest: {last ?? "work waits"}.");
            await Task.Delay(Poll);
        }
    }
}
