using Akashi.Agent.Protocol;
using Akashi.Endpoints.Contracts;
using Akashi.Platform.Hosting;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Endpoints.Terminals;

/// <summary>What the terminal shall record. On the service's own machine its own files and programs are left out: each batch would cause the next.</summary>
internal static class GetPolicy
{
    private const int FlushSeconds = 2;

    public static async Task<IResult> HandleAsync(HttpContext context, ServerOptions options, TerminalRegister register, CancellationToken cancellation)
    {
        var caller = context.Caller();
        await register.SeenAsync(caller.Tenant, Tmid.Parse(caller.Subject), cancellation);
        // Only a connection from this very machine can be the agent beside the service; others do not learn its folders.
        var local = context.Connection.RemoteIpAddress is { } address && System.Net.IPAddress.IsLoopback(address);
        var policy = local ? new AgentPolicy([options.Data], options.LocalPrograms, FlushSeconds) : new AgentPolicy([], [], FlushSeconds);
        return Results.Json(policy);
    }
}
