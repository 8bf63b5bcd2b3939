using System.Runtime.InteropServices;

namespace Akashi.Platform.Hosting;

/// <summary>Long work that nobody waits for, on a thread of its own that gives way to those that serve somebody.</summary>
public static partial class BackgroundThread
{
    /// <summary>Ten steps of niceness: about a tenth of a busy thread's share of a processor, and all of an idle one.</summary>
    private const int Niceness = 10;
    private const int OfProcess = 0;

    public static Task<T> RunAsync<T>(Func<T> work) => Task.Factory.StartNew(() =>
    {
        // Linux has a niceness for each thread; 0 is the calling one. Should it be refused, the work is merely less modest.
        if (OperatingSystem.IsLinux()) _ = SetPriority(OfProcess, 0, Niceness);
        return work();
    }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
