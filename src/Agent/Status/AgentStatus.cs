namespace Akashi.Agent.Status;

/// <summary>DIR/status.json, written every few seconds: for people, the supervisor and the bench.</summary>
/// <param name="Sources">What each kind of event is collected by, for example "ebpf" or why it is not.</param>
/// <param name="Events">Events taken from the kernel since the start, left out or not.</param>
/// <param name="Lines">Lines recorded since the start.</param>
/// <param name="Lost">Events lost by kernel or spool, by source.</param>
/// <param name="Excluded">Events left out by policy, by reason.</param>
/// <param name="CpuSeconds">User and system time of this process.</param>
/// <param name="ResidentBytes">Resident memory of this process.</param>
/// <param name="HeapBytes">Part of it that the garbage collector holds.</param>
internal sealed record AgentStatus(
    DateTimeOffset At, DateTimeOffset Started, int ProcessId, string Tmid, string Version, IReadOnlyDictionary<string, string> Sources,
    long Events, long Lines, long NextNumber, IReadOnlyDictionary<string, long> Lost, IReadOnlyDictionary<string, long> Excluded,
    long BatchesSent, long BatchesRejected, int BatchesPending, long PendingBytes, string? LastSendProblem, DateTimeOffset CertificateExpires,
    double CpuSeconds, long ResidentBytes, long HeapBytes);
