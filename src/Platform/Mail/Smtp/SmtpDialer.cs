using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Akashi.Platform.Mail.Smtp;

/// <summary>Finds and reaches a mail server, and makes the connection secret.</summary>
internal static class SmtpDialer
{
    /// <summary>
    /// Connects to an address that was judged, not to a name that might lead elsewhere when it is looked up again: a tenant's server must not
    /// become a way into the service's own network.
    /// </summary>
    public static async Task<Stream> ConnectAsync(SmtpServer server, CancellationToken cancellation)
    {
        var addresses = await ResolveAsync(server.Host, cancellation);
        if (server.Security == SmtpSecurity.None && !addresses.All(IPAddress.IsLoopback))
            throw new SmtpFault($"'{server.Host}' is another machine; mail goes there by TLS only.", permanent: false, wholeServer: true);
        if (!server.Anywhere && !addresses.All(PublicAddress.Is))
            throw new SmtpFault($"'{server.Host}' lies in a private network, where this service does not connect to.", permanent: false, wholeServer: true);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, server.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new SmtpFault($"{server.Host}:{server.Port} cannot be reached: {e.Message}", permanent: false, wholeServer: true, e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <exception cref="SmtpFault">The certificate is not the server's, has expired, or nobody known vouches for it.</exception>
    public static async Task<SslStream> SecureAsync(Stream plain, SmtpServer server, CancellationToken cancellation)
    {
        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        var options = new SslClientAuthenticationOptions { TargetHost = server.Host, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (server.Authorities is { } authorities)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        try
        {
            await secure.AuthenticateAsClientAsync(options, cancellation);
            return secure;
        }
        catch (AuthenticationException e)
        {
            await secure.DisposeAsync();
            throw new SmtpFault($"The certificate of '{server.Host}' was not accepted: {e.Message}", permanent: false, wholeServer: true, e);
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        try
        {
            return IPAddress.TryParse(host, out var address) ? [address] : await Dns.GetHostAddressesAsync(host, cancellation);
        }
        catch (SocketException e)
        {
            throw new SmtpFault($"The name '{host}' cannot be resolved: {e.Message}", permanent: false, wholeServer: true, e);
        }
    }
}
