namespace Akashi.Supervisor;

/// <summary>Exit codes of both command-line programs, as the README lists them.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    /// <summary>Something was refused, is damaged, or failed.</summary>
    public const int Failure = 1;
    public const int BadUsage = 2;
    /// <summary>The service cannot be reached.</summary>
    public const int Unreachable = 3;
    /// <summary>The token is missing, not valid, or not allowed to.</summary>
    public const int NotAllowed = 4;
    public const int Interrupted = 130;
}
