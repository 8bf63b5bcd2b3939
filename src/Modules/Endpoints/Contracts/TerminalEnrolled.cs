using Akashi.Platform.Events;

namespace Akashi.Endpoints.Contracts;

/// <summary>A terminal got its certificate for the first time, or again with another key.</summary>
/// <param name="Tmid">8-4-4-4-12 letters or digits.</param>
/// <param name="ComputerName">As the terminal says.</param>
[EventType("endpoints.terminal-enrolled")]
public sealed record TerminalEnrolled(string Tmid, string ComputerName, string OperatingSystem);
