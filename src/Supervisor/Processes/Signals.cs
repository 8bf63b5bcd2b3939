using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Akashi.Supervisor.Processes;

/// <summary>Ends processes, politely first. Only ever given processes whose identity was checked.</summary>
internal static partial class Signals
{
    private const int Quit = 3;
    private const int Kill = 9;
    private const int Terminate = 15;
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>SIGTERM, then SIGKILL when the patience is over.</summary>
    /// <returns>False when it had to be killed.</returns>
    public static async Task<bool> EndAsync(ProcessIdentity identity, TimeSpan patience)
    {
        Send(identity, Terminate);
        if (await HasEndedAsync(identity, patience)) return true;
        Send(identity, Kill);
        await HasEndedAsync(identity, KillPatience);
        return false;
    }

    /// <summary>SIGQUIT: PostgreSQL aborts and recovers at its next start.</summary>
    public static void Abort(ProcessIdentity identity) => Send(identity, Quit);

    public static void AskToStop(ProcessIdentity identity) => Send(identity, Terminate);

    /// <summary>Looks often: <see cref="Process"/> asks only once a second about processes that are not its children.</summary>
    public static async Task<bool> HasEndedAsync(ProcessIdentity identity, TimeSpan patience)
    {
        var began = Stopwatch.GetTimestamp();
        while (identity.IsAlive)
        {
            if (Stopwatch.GetElapsedTime(began) > patience) return false;
            await Task.Delay(Poll);
        }
        return true;
    }

    private static void Send(ProcessIdentity identity, int signal)
    {
        if (identity.IsAlive) _ = SendSignal(identity.Pid, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
