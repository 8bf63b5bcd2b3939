using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akashi.Agent.Protocol;
using Akashi.Certificates.Contracts;
using Akashi.Platform.Crypto;
using Akashi.Platform.Tenancy;

namespace Akashi.Certificates.Authority;

/// <summary>The authority's key and self-signed certificate. Made once, sealed in the key store.</summary>
internal sealed class AuthorityKey
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(20 * 365);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly ECDsa _key;
    private readonly TimeProvider _clock;

    private AuthorityKey(ECDsa key, X509Certificate2 certificate, TimeProvider clock) => (_key, Certificate, _clock) = (key, certificate, clock);

    public X509Certificate2 Certificate { get; }

    public static AuthorityKey Open(KeyStore keys, TimeProvider clock)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (keys.ReadServiceSecret(CertificateNames.AuthorityCertificateSecret) is { } stored)
        {
            var secret = keys.ReadServiceSecret(CertificateNames.AuthorityKeySecret)
                ?? throw new InvalidOperationException("The authority's certificate is in the key store but its key is missing. Restore the key store from its copy.");
            key.ImportPkcs8PrivateKey(secret, out _);
            return new AuthorityKey(key, X509CertificateLoader.LoadCertificate(stored), clock);
        }
        var certificate = SelfSign(key, clock.GetUtcNow());
        // The certificate is written last: its presence says that the pair is whole.
        keys.WriteServiceSecret(CertificateNames.AuthorityKeySecret, key.ExportPkcs8PrivateKey());
        keys.WriteServiceSecret(CertificateNames.AuthorityCertificateSecret, certificate.RawData);
        return new AuthorityKey(key, X509CertificateLoader.LoadCertificate(certificate.RawData), clock);
    }

    /// <param name="purpose">Extended key usage; exactly one, so that a terminal's certificate can never stand for a server.</param>
    public X509Certificate2 Issue(X500DistinguishedName subject, PublicKey key, SubjectAlternativeNameBuilder names, string purpose, TimeSpan lifetime)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var now = _clock.GetUtcNow();
        return request.Create(Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), now - ClockSkew, now + lifetime, NewSerial());
    }

    /// <summary>What a terminal certificate of ours says; null for any other. Validity is left to the caller, who names it.</summary>
    public TerminalIdentity? ReadTerminal(X509Certificate2 presented)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Certificate);
        chain.ChainPolicy.DisableCertificateDownloads = true; // a stranger's certificate must not make us fetch
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(CertificateNames.ClientAuthentication));
        if (!chain.Build(presented)) return null;
        var names = presented.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var tenantText = ReadName(presented, "2.5.4.10");
        var tmidText = ReadName(presented, "2.5.4.3");
        return names is not null && TenantId.TryParse(tenantText, out var tenant) && Tmid.TryParse(tmidText, out var tmid)
            ? new TerminalIdentity(tenant, tmid, presented.SerialNumber, new DateTimeOffset(presented.NotAfter))
            : null;
    }

    private static string? ReadName(X509Certificate2 certificate, string type) =>
        certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(name => !name.HasMultipleElements && name.GetSingleElementType().Value == type)
            .Select(name => name.GetSingleElementValue()).FirstOrDefault();

    private static X509Certificate2 SelfSign(ECDsa key, DateTimeOffset now)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName(CertificateNames.Organisation);
        subject.AddCommonName(CertificateNames.AuthorityCommonName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var generator = X509SignatureGenerator.CreateForECDsa(key);
        return request.Create(request.SubjectName, generator, now - ClockSkew, now + Lifetime, NewSerial());
    }

    /// <summary>127 random bits, positive and never zero at the front (RFC 5280 §4.1.2.2).</summary>
    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }
}
