using Akashi.Platform.Health;

namespace Akashi.Operations.Health;

/// <summary>When a state is worth a mail.</summary>
internal static class AlarmRule
{
    /// <summary>
    /// Bad counts once it held for two runs; worse than told is told again, better but not well is not; well is told when something bad was.
    /// </summary>
    /// <param name="previous">The state of the run before.</param>
    /// <param name="told">What the operators were told last.</param>
    /// <returns>What to tell them, or null.</returns>
    public static HealthState? Due(HealthState previous, HealthState now, HealthState told)
    {
        if (now == HealthState.Ok) return told == HealthState.Ok ? null : HealthState.Ok;
        var held = previous < now ? previous : now;
        return held > told ? held : null;
    }
}
