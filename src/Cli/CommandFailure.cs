namespace Akashi.Cli;

/// <summary>Ends a command with a message for people and an exit code.</summary>
internal sealed class CommandFailure(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}
