using System.Security.Cryptography;

namespace Akashi.Agent.Sending;

/// <summary>Exponential waiting with full jitter, so that a fleet does not return in step.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private int _failures;

    public void Succeeded() => _failures = 0;

    /// <param name="asked">The service's Retry-After, which is a lower bound; at most an hour is obeyed.</param>
    public TimeSpan Failed(TimeSpan? asked = null)
    {
        var ceiling = TimeSpan.FromTicks(Math.Min(longest.Ticks, first.Ticks << Math.Min(_failures++, 20)));
        var wait = TimeSpan.FromMilliseconds(ceiling.TotalMilliseconds * (0.5 + RandomNumberGenerator.GetInt32(1000) / 2000.0));
        if (asked is not { } atLeast) return wait;
        var bounded = atLeast < TimeSpan.FromHours(1) ? atLeast : TimeSpan.FromHours(1);
        return wait > bounded ? wait : bounded + TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(250));
    }
}
