using System.Diagnostics;

namespace Akashi.Supervisor.Processes;

internal static class Launcher
{
    /// <summary>
    /// Starts a program whose output is appended to a file by itself, so that it can go on writing when its starter dies.
    /// The shell only opens the file; exec keeps the process id.
    /// </summary>
    /// <param name="ownSession">True cuts it loose from the caller's terminal, so that closing that or Ctrl-C there does not reach it.</param>
    public static Process Start(string program, IEnumerable<string> arguments, string logFile, bool ownSession = false)
    {
        string[] shell = ["/bin/sh", "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", logFile, program, .. arguments];
        string[] command = ownSession ? ["setsid", .. shell] : shell;
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = "/" })!;
    }
}
