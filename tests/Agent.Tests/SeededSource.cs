using System.Globalization;
using System.Security.Cryptography;

namespace Akashi.Agent.Tests;

/// <summary>Repeatable random numbers (SplitMix64). The seed is printed when a run fails; set AKASHI_SEED to repeat it.</summary>
internal sealed class SeededSource(ulong seed)
{
    private ulong _state = seed;

    public static void Run(int rounds, Action<SeededSource> body)
    {
        var seed = Environment.GetEnvironmentVariable("AKASHI_SEED") is { Length: > 0 } text
            ? ulong.Parse(text, CultureInfo.InvariantCulture)
            : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        try
        {
            for (var round = 0; round < rounds; round++) body(new SeededSource(unchecked(seed + (ulong)round)));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Failed with AKASHI_SEED={seed}: {e.Message}", e);
        }
    }

    public ulong Next()
    {
        unchecked
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    public int Below(int limit) => (int)(Next() % (ulong)limit);

    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = unchecked((byte)Next());
        return bytes;
    }

    /// <summary>A copy with a few bytes changed, and sometimes cut.</summary>
    public byte[] Damage(ReadOnlySpan<byte> original)
    {
        var copy = original[..(Below(3) == 0 ? Below(original.Length + 1) : original.Length)].ToArray();
        for (var i = Below(6); i > 0 && copy.Length > 0; i--) copy[Below(copy.Length)] = unchecked((byte)Next());
        return copy;
    }
}
