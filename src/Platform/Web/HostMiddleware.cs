using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Web;

internal sealed record WrongHost(string Host) : Failure("misdirected-request", StatusCodes.Status421MisdirectedRequest)
{
    public override string Japanese => $"ホスト名「{Quoted.Of(Host, 100)}」は、この接続で開いたホスト名 (TLS SNI) と一致しません。正しいアドレスで接続し直してください。";
    public override string English => $"The host '{Quoted.Of(Host, 100)}' is not the one this connection was opened for (TLS SNI). Connect again under the right address.";
}

/// <summary>
/// RFC 9110 §15.5.20: a request for another host than the connection's SNI name is refused before routing. Otherwise a connection
/// opened without a client certificate could reach a host that demands one.
/// </summary>
internal sealed class HostMiddleware(RequestDelegate next, ServiceHosts hosts)
{
    public Task InvokeAsync(HttpContext context)
    {
        var asked = context.Request.Host.Host;
        var opened = context.Features.Get<ITlsHandshakeFeature>()?.HostName;
        if (string.IsNullOrEmpty(opened) || hosts.Find(opened) is not { } host || hosts.Find(asked) != host)
            return new WrongHost(asked).ToProblem().ExecuteAsync(context);
        return next(context);
    }
}
