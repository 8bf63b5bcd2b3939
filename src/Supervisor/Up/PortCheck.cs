using System.Net;
using System.Net.Sockets;

namespace Akashi.Supervisor.Up;

internal static class PortCheck
{
    /// <summary>Null when the server can listen; otherwise what is in its way and what to do.</summary>
    public static string? Refusal(IEnumerable<string> listen, int port)
    {
        foreach (var text in listen)
        {
            if (!IPAddress.TryParse(text, out var address)) return $"listen: '{text}' in config.json is not an IP address.";
            if (Try(address, port) is { } error) return Explain(error, address, port);
        }
        return null;
    }

    private static SocketError? Try(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As the server does: connections of an earlier server that still fade away do not count.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    private static string Explain(SocketError error, IPAddress address, int port) => error switch
    {
        SocketError.AddressAlreadyInUse => Words.Say(
            $"Port {port} is taken by another program. Choose another one, for example --port {Other(port)}, or stop that program (ss -ltnp 'sport = :{port}' names it; another Akashi stops with ./akashi down --data DIR).",
            $"ポート {port} は別のプログラムが使用中です。--port {Other(port)} のように別の番号を指定するか、そのプログラムを止めてください (ss -ltnp 'sport = :{port}' で分かります。別の Akashi なら ./akashi down --data DIR)。"),
        SocketError.AccessDenied => Words.Say(
            $"Port {port} may be used by root alone. Choose one from 1024 on, for example --port 8443.",
            $"ポート {port} は root だけが使えます。--port 8443 のように 1024 以上を指定してください。"),
        _ => Words.Say(
            $"The service cannot listen on {address} port {port}: {error}. Check \"listen\" in config.json.",
            $"{address} のポート {port} で待ち受けできません: {error}。config.json の listen を確認してください。"),
    };

    private static int Other(int port) => port < 65535 ? port + 1 : 8443;
}
