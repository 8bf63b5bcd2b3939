using System.Globalization;
using System.Security.Cryptography;

namespace Akashi.TestKit.Crash;

/// <summary>Repeatable chance (SplitMix64). Safe to use from several threads.</summary>
public sealed class Chance(ulong seed)
{
    private long _state = unchecked((long)seed);

    public ulong Seed => seed;

    /// <summary>AKASHI_CRASH_SEED when set, else a fresh one.</summary>
    public static Chance FromEnvironment() => new(
        ulong.TryParse(Environment.GetEnvironmentVariable("AKASHI_CRASH_SEED"), CultureInfo.InvariantCulture, out var asked) ? asked : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) >> 20);

    /// <summary>From 0 to <paramref name="bound"/> − 1.</summary>
    public int Next(int bound)
    {
        unchecked
        {
            var z = (ulong)Interlocked.Add(ref _state, (long)0x9E3779B97F4A7C15);
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            return (int)((z ^ z >> 31) % (ulong)bound);
        }
    }

    public void Shuffle<T>(IList<T> list)
    {
        for (var i = list.Count - 1; i > 0; i--)
        {
            var other = Next(i + 1);
            (list[i], list[other]) = (list[other], list[i]);
        }
    }
}
