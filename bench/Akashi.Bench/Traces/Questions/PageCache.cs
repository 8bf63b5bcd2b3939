using System.Diagnostics;

namespace Akashi.Bench.Traces.Questions;

internal static class PageCache
{
    /// <returns>How it was emptied.</returns>
    public static async Task<string> DropAsync()
    {
        using (var sync = Process.Start("sync")) await sync.WaitForExitAsync();
        try
        {
            await File.WriteAllTextAsync("/proc/sys/vm/drop_caches", "3");
            return "drop_caches";
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return "nothing (drop_caches is not permitted)";
        }
    }
}
