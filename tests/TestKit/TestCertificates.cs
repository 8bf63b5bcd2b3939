using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akashi.Platform.Web;

namespace Akashi.TestKit;

/// <summary>A throw-away authority and one server certificate per host, for tests of modules that bring no certificates.</summary>
public sealed class TestCertificates
{
    private TestCertificates(X509Certificate2 root, IReadOnlyDictionary<ServiceHost, SslStreamCertificateContext> contexts) => (Root, Contexts) = (root, contexts);

    public X509Certificate2 Root { get; }

    public IReadOnlyDictionary<ServiceHost, SslStreamCertificateContext> Contexts { get; }

    public static TestCertificates Create(ServiceHosts hosts, DateTimeOffset realNow)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Akashi test root", rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        var root = request.CreateSelfSigned(realNow.AddDays(-1), realNow.AddDays(7));
        var contexts = hosts.All.ToDictionary(host => host, host => SslStreamCertificateContext.Create(Issue(root, hosts.NameOf(host), realNow), [root], offline: true));
        return new TestCertificates(root, contexts);
    }

    private static X509Certificate2 Issue(X509Certificate2 root, string name, DateTimeOffset realNow)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var issued = request.Create(root, realNow.AddHours(-1), realNow.AddDays(6), RandomNumberGenerator.GetBytes(16));
        return issued.CopyWithPrivateKey(key);
    }
}
