using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Akashi.Platform.Web;

/// <summary>Clients of the service's own hosts: they trust one authority alone and need no name resolution on a laptop.</summary>
public static class ServiceClient
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    /// <param name="authorities">PEM of the only authorities to trust; null trusts those of the system.</param>
    /// <param name="address">Connects there whatever the host name says; null resolves names.</param>
    public static SocketsHttpHandler CreateHandler(string? authorities, IPAddress? address = null)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = ConnectPatience,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, address, cancellation),
        };
        if (authorities is not null) handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = PolicyFor(authorities) };
        return handler;
    }

    /// <summary>A chain policy that ends at the given authorities alone and fetches nothing.</summary>
    public static X509ChainPolicy PolicyFor(string authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.ImportFromPem(authorities);
        return policy;
    }

    /// <summary>Names below .localhost are loopback (RFC 6761 §6.3), which glibc and .NET do not know.</summary>
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, IPAddress? address, CancellationToken cancellation)
    {
        if (address is null && target.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)) address = IPAddress.Loopback;
        var socket = address is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await (address is null ? socket.ConnectAsync(target, cancellation) : socket.ConnectAsync(address, target.Port, cancellation));
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
