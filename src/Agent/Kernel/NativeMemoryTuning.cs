namespace Akashi.Agent.Kernel;

/// <summary>Keeps the C library from setting up a heap for each thread: the agent has little native memory and many idle threads.</summary>
internal static class NativeMemoryTuning
{
    private const int MostHeaps = -8, TrimThreshold = -1, MapThreshold = -3; // M_ARENA_MAX, M_TRIM_THRESHOLD, M_MMAP_THRESHOLD of mallopt(3)

    public static void Apply()
    {
        try
        {
            _ = LibC.TuneMemory(MostHeaps, 1);
            _ = LibC.TuneMemory(TrimThreshold, 64 * 1024);
            _ = LibC.TuneMemory(MapThreshold, 64 * 1024);
        }
        catch (EntryPointNotFoundException)
        {
            // Not every C library has it, and it changes nothing but the size.
        }
    }
}
