using Akashi.Certificates.Contracts;
using Akashi.Identity.Contracts;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Endpoints.Terminals;

/// <summary>On the agent host the terminal's certificate is the credential, and the only one.</summary>
internal sealed class TerminalAuthenticator(CertificateAuthority authority, EntitlementBook entitlements) : ICallerAuthenticator
{
    private static readonly HashSet<Permission> Permissions = [Permission.TerminalSelf];

    public async ValueTask<Outcome<Caller>?> AuthenticateAsync(HttpContext context, ServiceHost host)
    {
        if (host != ServiceHost.Agent) return null;
        var outcome = await authority.JudgeTerminalAsync(context.Connection.ClientCertificate, context.RequestAborted);
        if (!outcome.TryGet(out var identity, out var failure))
        {
            // A kept-alive connection would present the same certificate for ever.
            context.Response.Headers.Connection = "close";
            return failure;
        }
        if (!(await entitlements.OfAsync(identity.Tenant, context.RequestAborted)).IsRunning) return new ContractOver();
        return new Caller(identity.Tenant, CallerKind.Terminal, identity.Tmid.ToString(), identity.Tmid.ToString(), Permissions);
    }
}
