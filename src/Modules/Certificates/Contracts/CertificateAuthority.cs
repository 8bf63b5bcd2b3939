using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Certificates.Authority;
using Akashi.Durability;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;

namespace Akashi.Certificates.Contracts;

/// <summary>The built-in certification authority: ECDSA P-256, its key sealed in the key store. Issues and judges certificates.</summary>
public sealed class CertificateAuthority(KeyStore keys, AkashiDatabase database, TimeProvider clock)
{
    private static readonly TimeSpan TerminalLifetime = TimeSpan.FromDays(90);
    private const int MaximumRemembered = 100_000;

    private readonly AuthorityKey _authority = AuthorityKey.Open(keys, clock);
    private readonly ConcurrentDictionary<string, TerminalIdentity> _proven = new(StringComparer.Ordinal);

    public string AuthoritiesPem => _authority.Certificate.ExportCertificatePem();

    public X509Certificate2 Certificate => _authority.Certificate;

    public void WriteTrustFile(string path) =>
        DurableFile.Write(path, Encoding.ASCII.GetBytes(AuthoritiesPem + "\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

    /// <summary>Issues a terminal certificate and records it. Of the request only the public key is used.</summary>
    /// <param name="requestPem">PKCS#10 in PEM, at most 16 KB; its signature proves possession of the key.</param>
    public async Task<Outcome<IssuedCertificate>> IssueTerminalAsync(TenantId tenant, Tmid tmid, string requestPem, CancellationToken cancellation)
    {
        if (!CertificateRequests.ReadPublicKey(requestPem).TryGet(out var publicKey, out var failure)) return failure;
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri($"{CertificateNames.TerminalUrn}{tenant}:{tmid}"));
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName(tenant.ToString());
        subject.AddCommonName(tmid.ToString());
        using var certificate = _authority.Issue(subject.Build(), publicKey, names, CertificateNames.ClientAuthentication, TerminalLifetime);

        await using var session = await database.OpenAsync(tenant, cancellation);
        const string insert = """
            INSERT INTO certificates.certificate (tenant_id, serial, kind, subject, fingerprint, not_before, not_after, issued_at)
            VALUES (@Tenant, @Serial, 'terminal', @Subject, @Fingerprint, @NotBefore, @NotAfter, @Now)
            """;
        await session.ExecuteAsync(insert, new
        {
            Tenant = tenant,
            Serial = certificate.SerialNumber,
            Subject = tmid.ToString(),
            Fingerprint = certificate.GetCertHash(HashAlgorithmName.SHA256),
            NotBefore = new DateTimeOffset(certificate.NotBefore),
            NotAfter = new DateTimeOffset(certificate.NotAfter),
            Now = clock.GetUtcNow(),
        }, cancellation);
        await session.CommitAsync(cancellation);
        return new IssuedCertificate(certificate.ExportCertificatePem(), AuthoritiesPem, new DateTimeOffset(certificate.NotAfter));
    }

    /// <summary>A server certificate for one host name; the caller keeps the key.</summary>
    internal X509Certificate2 IssueServer(string hostName, ECDsa key, TimeSpan lifetime)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(hostName);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName(CertificateNames.Organisation);
        subject.AddCommonName(hostName);
        return _authority.Issue(subject.Build(), new PublicKey(key), names, CertificateNames.ServerAuthentication, lifetime);
    }

    /// <summary>Judges a certificate that a client proved possession of: issuer, purpose, validity, then the record of what was issued.</summary>
    public async Task<Outcome<TerminalIdentity>> JudgeTerminalAsync(X509Certificate2? presented, CancellationToken cancellation)
    {
        if (presented is null) return new CertificateMissing();
        var fingerprint = presented.GetCertHash(HashAlgorithmName.SHA256);
        var name = Convert.ToHexString(fingerprint);
        if (!_proven.TryGetValue(name, out var identity))
        {
            identity = _authority.ReadTerminal(presented);
            if (identity is null) return new CertificateForeign(presented.Issuer);
            if (_proven.Count >= MaximumRemembered) _proven.Clear();
            _proven[name] = identity;
        }
        if (identity.NotAfter <= clock.GetUtcNow()) return new CertificateExpired(identity.NotAfter);

        const string find = """
            SELECT count(*) FROM certificates.certificate
            WHERE tenant_id = @Tenant AND serial = @Serial AND fingerprint = @fingerprint AND revoked_at IS NULL
            """;
        var known = await database.QueryOnceAsync<long>(identity.Tenant, find, new { identity.Tenant, identity.Serial, fingerprint }, cancellation);
        return known is [1] ? identity : new CertificateRevoked(identity.Serial);
    }
}
