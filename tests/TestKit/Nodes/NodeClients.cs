using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Akashi.Platform.Web;

namespace Akashi.TestKit.Nodes;

/// <summary>Clients that reach the service at a given address of this machine, coming from another if wished.</summary>
public static class NodeClients
{
    /// <param name="from">Address that the client has; null leaves it to the system.</param>
    /// <param name="target">Asked anew for each connection, so that a client can be moved from node to node.</param>
    public static SocketsHttpHandler CreateHandler(string authorityPem, Func<IPAddress> target, IPAddress? from = null)
    {
        var handler = ServiceClient.CreateHandler(authorityPem);
        handler.ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                if (from is not null) socket.Bind(new IPEndPoint(from, 0));
                await socket.ConnectAsync(new IPEndPoint(target(), context.DnsEndPoint.Port), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        };
        return handler;
    }

    public static HttpClient Create(ServiceHosts hosts, ServiceHost host, string authorityPem, Func<IPAddress> target, X509Certificate2? certificate = null)
    {
        var handler = CreateHandler(authorityPem, target);
        handler.PooledConnectionLifetime = TimeSpan.FromSeconds(2); // a node that comes back gets its share of those who stayed
        if (certificate is not null) handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        return new HttpClient(handler) { BaseAddress = new Uri(hosts.OriginOf(host) + "/"), Timeout = TimeSpan.FromSeconds(100) };
    }
}
