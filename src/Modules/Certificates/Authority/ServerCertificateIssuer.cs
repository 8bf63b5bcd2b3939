using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Akashi.Certificates.Contracts;
using Akashi.Platform.Crypto;
using Akashi.Platform.Web;
using Microsoft.Extensions.Logging;

namespace Akashi.Certificates.Authority;

/// <summary>Keeps one certificate per host, never a wildcard: browsers reuse a connection for every name that its certificate covers.</summary>
internal sealed partial class ServerCertificateIssuer(
    KeyStore keys, CertificateAuthority authority, ServiceHosts hosts, ServerCertificates installed, TimeProvider clock, ILogger<ServerCertificateIssuer> logger)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);

    /// <summary>Reads or issues the certificate of each host and puts the set into use.</summary>
    public void EnsureAll()
    {
        var contexts = new Dictionary<ServiceHost, SslStreamCertificateContext>();
        foreach (var host in hosts.All)
        {
            using var pair = Read(host) ?? Issue(host);
            // The TLS layer wants a key that it can hold on to; a PKCS#12 round trip gives it one.
            var usable = X509CertificateLoader.LoadPkcs12(pair.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, null), null);
            contexts[host] = SslStreamCertificateContext.Create(usable, [authority.Certificate], offline: true);
        }
        installed.Use(contexts);
    }

    private X509Certificate2? Read(ServiceHost host)
    {
        if (keys.ReadServiceSecret(SecretOf(host)) is not { } secret) return null;
        var pem = Encoding.ASCII.GetString(secret);
        var pair = X509Certificate2.CreateFromPem(pem, pem);
        var name = hosts.NameOf(host);
        var named = pair.Extensions.OfType<X509SubjectAlternativeNameExtension>().Any(names => names.EnumerateDnsNames().SequenceEqual([name]));
        if (named && pair.NotAfter.ToUniversalTime() - clock.GetUtcNow().UtcDateTime > Lifetime / 3) return pair;
        pair.Dispose();
        return null;
    }

    private X509Certificate2 Issue(ServiceHost host)
    {
        var name = hosts.NameOf(host);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = authority.IssueServer(name, key, Lifetime);
        var pem = $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
        keys.WriteServiceSecret(SecretOf(host), Encoding.ASCII.GetBytes(pem));
        LogIssued(name, certificate.NotAfter);
        return certificate.CopyWithPrivateKey(key);
    }

    private static string SecretOf(ServiceHost host) => $"server-{host.ToString().ToLowerInvariant()}";

    [LoggerMessage(Level = LogLevel.Information, Message = "Server certificate of {Host} issued, valid until {NotAfter:u}.")]
    private partial void LogIssued(string host, DateTime notAfter);
}
