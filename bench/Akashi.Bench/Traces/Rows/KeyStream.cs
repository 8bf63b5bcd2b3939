namespace Akashi.Bench.Traces.Rows;

/// <summary>SplitMix64: the same numbers from the same seed on every machine.</summary>
internal struct KeyStream(ulong seed)
{
    private ulong _state = seed;

    public static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }

    public ulong Next() => Mix(unchecked(_state += 0x9E3779B97F4A7C15));

    /// <returns>0 to below <paramref name="count"/>.</returns>
    public int Below(int count) => (int)(Next() % (ulong)count);
}
