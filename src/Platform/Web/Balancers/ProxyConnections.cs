using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Akashi.Platform.Web.Balancers;

/// <summary>
/// Before TLS: a connection from a configured balancer must begin with a PROXY header, and counts as the client's that the header names.
/// Without it every person would have the balancer's address in sign-in counters and in the audit log. From anybody else a header is
/// not read, so that nobody can choose an address.
/// </summary>
internal sealed partial class ProxyConnections(ConnectionDelegate next, IReadOnlyList<IPNetwork> balancers, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        if (connection.RemoteEndPoint is not IPEndPoint peer || !IsBalancer(peer.Address))
        {
            await next(connection);
            return;
        }
        using var tooLate = new CancellationTokenSource(Patience, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, tooLate.Token);
        ProxyHeader header;
        try
        {
            header = await ReadAsync(connection, limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return; // it opened a connection and said nothing: how balancers look whether the port answers
        }
        if (header.State != ProxyHeaderState.Complete)
        {
            LogRefused(peer.Address);
            return;
        }
        if (header.Source is { } source) connection.RemoteEndPoint = source;
        await next(connection);
    }

    private static async Task<ProxyHeader> ReadAsync(ConnectionContext connection, CancellationToken cancellation)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(cancellation);
            var header = ProxyHeader.Read(read.Buffer);
            if (header.State == ProxyHeaderState.Complete) input.AdvanceTo(read.Buffer.GetPosition(header.Length));
            else input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (header.State != ProxyHeaderState.Incomplete) return header;
            if (read.IsCompleted) throw new IOException("The connection ended within the header.");
        }
    }

    private bool IsBalancer(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return balancers.Any(network => network.Contains(plain));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The balancer {Balancer} sent no PROXY header; its connection was closed. Let it send one (HAProxy: send-proxy-v2), or take it out of 'balancers'.")]
    private partial void LogRefused(IPAddress balancer);
}
