namespace Akashi.Supervisor.Processes;

/// <summary>
/// How long to wait before the next start: at once after a process that had lived a while, then twice as long each time, at most ten seconds.
/// </summary>
internal sealed class BackOff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LivedLongEnough = TimeSpan.FromSeconds(5);

    private TimeSpan _next = First;

    /// <summary>Ends in a row after a short life; 0 after a long one.</summary>
    public int ShortLives { get; private set; }

    public TimeSpan After(TimeSpan lifetime)
    {
        if (lifetime >= LivedLongEnough)
        {
            _next = First;
            ShortLives = 0;
            return First;
        }
        ShortLives++;
        var wait = _next;
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return wait;
    }
}
