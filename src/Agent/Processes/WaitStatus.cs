namespace Akashi.Agent.Processes;

/// <summary>The kernel's wait status (wait(2)).</summary>
internal static class WaitStatus
{
    /// <summary>The code given to exit, or 128 + signal as a shell tells it.</summary>
    public static int ExitCode(int status) => (status & 0x7F) == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F);
}
