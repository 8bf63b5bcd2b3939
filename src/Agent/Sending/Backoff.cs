using System.Security.Cryptography;

namespace Akashi.Agent.Sending;

/// <summary>Exponential waiting with full jitter, so that a fleet does not return in step.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private int _failures;

    public void Succeeded() => _failures = 0;

    private static readonly TimeSpan LongestAsked = TimeSpan.FromHours(1), LongestJitter = TimeSpan.FromSeconds(30);

    /// <param name="asked">The service's Retry-After, which is a lower bound; at most an hour is obeyed. A fleet that was told the same spreads over a quarter more.</param>
    public TimeSpan Failed(TimeSpan? asked = null)
    {
        var ceiling = TimeSpan.FromTicks(Math.Min(longest.Ticks, first.Ticks << Math.Min(_failures++, 20)));
        var wait = TimeSpan.FromMilliseconds(ceiling.TotalMilliseconds * (0.5 + RandomNumberGenerator.GetInt32(1000) / 2000.0));
        if (asked is not { } atLeast) return wait;
        var bounded = atLeast < LongestAsked ? atLeast : LongestAsked;
        if (wait > bounded) return wait;
        var jitter = Math.Clamp(bounded.TotalMilliseconds / 4, 250, LongestJitter.TotalMilliseconds);
        return bounded + TimeSpan.FromMilliseconds(jitter * RandomNumberGenerator.GetInt32(1000) / 1000.0);
    }
}
