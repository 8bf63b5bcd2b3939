using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Akashi.Supervisor.Processes;

/// <summary>Ends processes, politely first. Only ever given processes whose identity was checked.</summary>
internal static partial class Signals
{
    private const int Quit = 3;
    private const int Kill = 9;
    private const int Terminate = 15;

    /// <summary>SIGTERM, then SIGKILL when the patience is over.</summary>
    /// <returns>False when it had to be killed.</returns>
    public static Task<bool> EndAsync(ProcessIdentity identity, TimeSpan patience) => EndAsync(identity, Terminate, Kill, patience);

    /// <summary>For PostgreSQL: SIGINT is sent by its own owner first; SIGQUIT makes it abort without touching data files.</summary>
    public static void Abort(ProcessIdentity identity) => Send(identity, Quit);

    public static void AskToStop(ProcessIdentity identity) => Send(identity, Terminate);

    private static async Task<bool> EndAsync(ProcessIdentity identity, int first, int last, TimeSpan patience)
    {
        using var process = identity.Open();
        if (process is null) return true;
        Send(identity, first);
        if (await HasEndedAsync(process, patience)) return true;
        Send(identity, last);
        await HasEndedAsync(process, patience);
        return false;
    }

    public static async Task<bool> HasEndedAsync(Process process, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static void Send(ProcessIdentity identity, int signal)
    {
        if (identity.IsAlive) _ = SendSignal(identity.Pid, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
