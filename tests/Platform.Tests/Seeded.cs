namespace Akashi.Platform.Tests;

/// <summary>Reproducible chance for properties (SplitMix64); the test prints its seed.</summary>
internal sealed class Seeded(int seed)
{
    private ulong _state = unchecked((ulong)seed);

    /// <summary>From 0 to below the bound.</summary>
    public int Next(int bound)
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var mixed = _state;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return (int)((mixed ^ (mixed >> 31)) % (ulong)bound);
        }
    }
}
