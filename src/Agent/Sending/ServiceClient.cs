using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization.Metadata;

namespace Akashi.Agent.Sending;

/// <summary>HTTPS to the service. Only the given authorities are trusted, nothing is fetched from addresses inside a certificate.</summary>
internal static class ServiceClient
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <param name="terminal">The terminal's certificate with key; null only for enrolment.</param>
    public static HttpClient Create(Uri address, X509Certificate2Collection authorities, X509Certificate2? terminal)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(ServerAuthentication));
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            UseCookies = false,
            ActivityHeadersPropagator = null,
            UseProxy = false,
            AllowAutoRedirect = false,
            MaxConnectionsPerServer = 4,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
        };
        if (terminal is not null) handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(terminal, null, offline: true);
        return new HttpClient(handler)
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(100),
            DefaultRequestVersion = HttpVersion.Version11,
            MaxResponseContentBufferSize = 1 << 20,
            DefaultRequestHeaders = { UserAgent = { new ProductInfoHeaderValue("akashi-agent", Terminals.Terminal.Version) } },
        };
    }

    public static JsonContent Json<T>(T value, JsonTypeInfo<T> type) => JsonContent.Create(value, type);

    /// <summary>Names under .localhost are this machine (RFC 6761 §6.3); the resolver need not know them. TLS keeps the full name.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var local = host == "localhost" || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
            if (local) await socket.ConnectAsync([IPAddress.Loopback, IPAddress.IPv6Loopback], port, cancellation);
            else await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
