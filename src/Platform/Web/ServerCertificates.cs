using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Akashi.Platform.Web;

/// <summary>
/// The certificate of each host, chosen by the name in the TLS hello. Contexts are built once and shared, so that sessions resume;
/// a renewal swaps the whole set.
/// </summary>
public sealed class ServerCertificates(ServiceHosts hosts)
{
    private volatile IReadOnlyDictionary<ServiceHost, SslStreamCertificateContext> _contexts = new Dictionary<ServiceHost, SslStreamCertificateContext>();

    public IEnumerable<X509Certificate2> InUse => _contexts.Values.Select(context => context.TargetCertificate);

    public void Use(IReadOnlyDictionary<ServiceHost, SslStreamCertificateContext> contexts) => _contexts = contexts;

    internal ValueTask<SslServerAuthenticationOptions> ChooseAsync(TlsHandshakeCallbackContext context)
    {
        // A client that names no or another host still gets a handshake, to be told 421 instead of a bare TLS alert.
        var host = hosts.Find(context.ClientHelloInfo.ServerName) ?? ServiceHost.Portal;
        return ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _contexts[host],
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            // Asked for here, judged per request by the application, which can explain a refusal; possession of the key is proven by TLS.
            // The chain is not built at this point: that could fetch addresses that a stranger's certificate names.
            ClientCertificateRequired = host == ServiceHost.Agent,
#pragma warning disable CA5359 // judged later, see above
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = NoFetchPolicy(),
        });
    }

    private static X509ChainPolicy NoFetchPolicy() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
    };
}
