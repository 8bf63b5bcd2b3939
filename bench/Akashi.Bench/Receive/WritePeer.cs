using System.Diagnostics;
using System.Globalization;
using Akashi.Durability;

namespace Akashi.Bench.Receive;

/// <summary>
/// The physical limit: the same bytes in the same number of files, written by as many clients, each file and its folder fsynced before the next.
/// Runs as a process of its own, so that CPU and memory are its own. Prints: seconds, CPU seconds, peak megabytes.
/// </summary>
internal static class WritePeer
{
    public static int Run(string zips, string folder, int clients)
    {
        var contents = Directory.EnumerateFiles(zips).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        Directory.CreateDirectory(folder);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, clients).Select(client => new Thread(() =>
        {
            for (var i = client; i < contents.Length; i += clients) DurableFile.Write(Path.Combine(folder, $"{i}.zip"), contents[i]);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var processor = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds} {processor} {ProcessFigures.PeakMemory(Environment.ProcessId)}"));
        return 0;
    }
}
