namespace Akashi.Agent.Protocol;

/// <summary>
/// POST https://enrol.BASE/v1/enrol. The private key stays on the terminal.
/// </summary>
/// <param name="Token">One-time enrolment token as shown to the administrator.</param>
/// <param name="Tmid">Terminal id chosen by the agent; bound to the certificate.</param>
/// <param name="CertificateRequest">PKCS#10 in PEM, ECDSA P-256; only its public key is used.</param>
/// <param name="ComputerName">Host name, at most 255 characters.</param>
/// <param name="OperatingSystem">For people, for example "Debian GNU/Linux 12"; at most 255 characters.</param>
/// <param name="AgentVersion">For example "0.1.0".</param>
public sealed record EnrolRequest(string Token, string Tmid, string CertificateRequest, string ComputerName, string OperatingSystem, string AgentVersion);

/// <summary>POST https://agent.BASE/v1/renew over mutual TLS with the certificate that is about to expire.</summary>
public sealed record RenewRequest(string CertificateRequest);

/// <param name="Certificate">Terminal certificate in PEM.</param>
/// <param name="Authorities">PEM bundle of the certificate authorities to trust for servers.</param>
/// <param name="ExpiresAt">End of validity; the agent renews when a third of the lifetime is left.</param>
public sealed record CertificateResponse(string Certificate, string Authorities, DateTimeOffset ExpiresAt);

/// <summary>
/// GET https://agent.BASE/v1/policy: what the terminal records. Asked at start and every ten minutes; the agent keeps the last one on disk.
/// </summary>
/// <param name="ExcludedPaths">Folders whose file events are left out, for example the service's own data on the same machine.</param>
/// <param name="ExcludedProcesses">Executable paths whose events (and their descendants') are left out.</param>
/// <param name="FlushSeconds">Longest wait before recorded traces are sent; 1 to 300.</param>
public sealed record AgentPolicy(IReadOnlyList<string> ExcludedPaths, IReadOnlyList<string> ExcludedProcesses, int FlushSeconds);
