using Akashi.Endpoints.Terminals;

namespace Akashi.Endpoints.Pages;

/// <summary>What can be said of a terminal from its last communication.</summary>
internal static class TerminalState
{
    // The agent reports every few seconds and is quiet while the PC sleeps; a day without a word deserves a look.
    private static readonly TimeSpan Recently = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Quiet = TimeSpan.FromDays(1);

    /// <returns>Key of the text that names the state.</returns>
    public static string KeyOf(TerminalRow terminal, DateTimeOffset now)
    {
        if (terminal.Kind == "imported") return "StateImported";
        return terminal.LastSeenAt is not { } seen ? "StateNever" : now - seen <= Recently ? "StateActive" : now - seen <= Quiet ? "StateQuiet" : "StateSilent";
    }
}
