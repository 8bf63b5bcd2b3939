using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;

namespace Akashi.Traces.Tests.Lines;

/// <summary>A repeatable source of chance (SplitMix64). Loops print the seed of the round that failed.</summary>
internal sealed class Seeded(ulong seed)
{
    private ulong _state = seed;

    /// <summary>For the fuzzers that are named: seconds in the daily run, ten minutes with AKASHI_LONG=1.</summary>
    public static double FuzzSeconds => Environment.GetEnvironmentVariable("AKASHI_LONG") is "1" or "true" ? 600 : 4;

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

    /// <summary>The lines of a file of seeds that is part of the tests.</summary>
    public static string[] Corpus(string file)
    {
        var assembly = Assembly.GetExecutingAssembly();
        using var stream = assembly.GetManifestResourceStream(assembly.GetManifestResourceNames().Single(name => name.EndsWith($".{file}", StringComparison.Ordinal)))!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n').Where(seed => seed.Length > 0)];
    }

    /// <summary>Some of the bytes replaced, moved, left out, or put in; with stretches of another seed.</summary>
    public byte[] Altered(byte[] seed, byte[] other)
    {
        var bytes = seed.ToList();
        for (var change = 1 + Next(Chance(10) ? 40 : 4); change > 0; change--)
        {
            var (at, count) = (Next(bytes.Count + 1), Next(Chance(10) ? 200 : 6));
            switch (Next(5))
            {
                case 0 when at < bytes.Count: bytes[at] = (byte)Next(256); break;
                case 1: bytes.InsertRange(at, Bytes(count)); break;
                case 2: bytes.RemoveRange(at, Math.Min(bytes.Count - at, count)); break;
                case 3: bytes.InsertRange(at, other.Skip(Next(other.Length + 1)).Take(count)); break;
                default: for (var i = at; i < Math.Min(at + 4, bytes.Count); i++) bytes[i] = Pick<byte>(0, 0xFF, 0x7F, 0x80); break;
            }
        }
        return [.. bytes];
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
