namespace Akashi.Platform.Quotas;

/// <summary>
/// So much a second, with a reserve for bursts. The framework's own limiter takes neither a clock nor a limit that changes while it runs, and
/// counts in <c>int</c>.
/// </summary>
internal sealed class TokenBucket(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private double? _left;
    private long _at = clock.GetTimestamp();

    /// <summary>What costs more than the whole reserve passes when that is full, and is paid off afterwards: no batch is too large for ever.</summary>
    /// <param name="burst">The reserve; a new bucket is full.</param>
    /// <returns>Zero when it was taken; otherwise how long to wait, and nothing was taken.</returns>
    public TimeSpan Take(double cost, double perSecond, double burst)
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            var left = Math.Min(burst, (_left ?? burst) + clock.GetElapsedTime(_at, now).TotalSeconds * perSecond);
            (_left, _at) = (left, now);
            var needed = Math.Min(cost, burst);
            if (left < needed) return TimeSpan.FromSeconds(Math.Min((needed - left) / perSecond, TimeSpan.SecondsPerDay));
            _left = left - cost;
            return TimeSpan.Zero;
        }
    }
}
