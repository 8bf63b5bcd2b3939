using Akashi.Platform.Errors;
using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Web;

internal sealed record NotSignedIn() : Failure("not-signed-in", StatusCodes.Status401Unauthorized)
{
    public override string Japanese => "サインインが必要です。サインインし直すか、有効な API トークンを付けてください。";
    public override string English => "Sign in first, or send a valid API token.";
}

internal sealed record NotPermitted(Permission Permission) : Failure("not-permitted", StatusCodes.Status403Forbidden)
{
    public override string Japanese => $"権限「{PermissionCatalogue.Of(Permission).Japanese}」がありません。契約の管理者に依頼してください。";
    public override string English => $"The permission '{PermissionCatalogue.Of(Permission).English}' ({PermissionCatalogue.IdOf(Permission)}) is missing. Ask an administrator of your contract.";
}

/// <summary>Establishes the caller and enforces <see cref="RouteAccess"/>. Fails closed: a route without a declaration is never run.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, IEnumerable<ICallerAuthenticator> authenticators, ServiceHosts hosts)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint is null)
        {
            await next(context);
            return;
        }
        var access = endpoint.Metadata.GetMetadata<RouteAccess>()
            ?? throw new InvalidOperationException($"Route '{endpoint.DisplayName}' declares no access.");
        var failure = access.AsksCaller ? await EstablishCallerAsync(context) : null;
        if (access.Permission is { } permission)
        {
            var caller = context.Features.Get<Caller>();
            if (caller is null)
            {
                await RefuseAsync(context, failure ?? new NotSignedIn());
                return;
            }
            if (!caller.Permissions.Contains(permission))
            {
                await RefuseAsync(context, new NotPermitted(permission));
                return;
            }
        }
        await RunAsync(context);
    }

    private async Task RunAsync(HttpContext context)
    {
        if (context.Features.Get<Caller>() is not { OperatorGrant: { } grant } caller)
        {
            await next(context);
            return;
        }
        using (OperatorPath.Enter(caller.Tenant, grant)) await next(context);
    }

    private async Task<Failure?> EstablishCallerAsync(HttpContext context)
    {
        var host = hosts.Find(context.Request.Host.Host)!.Value;
        foreach (var authenticator in authenticators)
        {
            if (await authenticator.AuthenticateAsync(context, host) is not { } outcome) continue;
            if (!outcome.TryGet(out var caller, out var failure)) return failure;
            context.Features.Set(caller);
            return null;
        }
        return null;
    }

    /// <summary>A person asking for a page is led to the sign-in page; programs get the problem.</summary>
    private Task RefuseAsync(HttpContext context, Failure failure)
    {
        var host = hosts.Find(context.Request.Host.Host);
        var page = host is ServiceHost.Portal or ServiceHost.Console && HttpMethods.IsGet(context.Request.Method)
            && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);
        if (page && failure.Status == StatusCodes.Status401Unauthorized)
        {
            var wanted = Uri.EscapeDataString($"{context.Request.Path}{context.Request.QueryString}");
            var from = host == ServiceHost.Console ? "console" : "portal";
            context.Response.Redirect($"{hosts.OriginOf(ServiceHost.Portal)}/sign-in?to={from}&return={wanted}");
            return Task.CompletedTask;
        }
        return failure.ToProblem().ExecuteAsync(context);
    }
}
