using Akashi.Agent.Protocol;
using Akashi.Platform.Tenancy;

namespace Akashi.Certificates.Contracts;

/// <summary>What a terminal certificate says, proven by the authority's signature.</summary>
/// <param name="Serial">Certificate number as shown to people: upper-case hexadecimal.</param>
public sealed record TerminalIdentity(TenantId Tenant, Tmid Tmid, string Serial, DateTimeOffset NotAfter);

/// <param name="Pem">The certificate alone.</param>
/// <param name="AuthoritiesPem">The authorities that a terminal must trust for servers.</param>
public sealed record IssuedCertificate(string Pem, string AuthoritiesPem, DateTimeOffset NotAfter);
