using System.Globalization;
using System.Security.Cryptography;

namespace Akashi.Traces.Tests.Lines;

/// <summary>A repeatable source of chance (SplitMix64). Loops print the seed of the round that failed.</summary>
internal sealed class Seeded(ulong seed)
{
    private ulong _state = seed;

    public ulong Next64()
    {
        unchecked
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            return z ^ z >> 31;
        }
    }

    /// <summary>From 0 to <paramref name="bound"/> − 1.</summary>
    public int Next(int bound) => (int)(Next64() % (ulong)bound);

    public bool Chance(int percent) => Next(100) < percent;

    public T Pick<T>(params IReadOnlyList<T> list) => list[Next(list.Count)];

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) bytes[i] = (byte)Next(256);
        return bytes;
    }

    /// <summary>Repeats a check with new seeds for a few seconds (AKASHI_FUZZ_SECONDS for longer, AKASHI_FUZZ_SEED for one seed again).</summary>
    public static void Repeat(Action<Seeded> check, double seconds = 2)
    {
        if (double.TryParse(Environment.GetEnvironmentVariable("AKASHI_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out var asked)) seconds = asked;
        var first = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        if (ulong.TryParse(Environment.GetEnvironmentVariable("AKASHI_FUZZ_SEED"), CultureInfo.InvariantCulture, out var seedAsked)) (first, seconds) = (seedAsked, 0);
        var start = TimeProvider.System.GetTimestamp();
        for (var round = 0UL; round == 0 || TimeProvider.System.GetElapsedTime(start).TotalSeconds < seconds; round++)
        {
            var seed = unchecked(first + round);
            try
            {
                check(new Seeded(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed} fails: {e.Message}", e);
            }
        }
    }
}
