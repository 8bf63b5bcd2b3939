using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Quotas;

/// <summary>
/// Holds requests whose caller is known to the tenant's rate, and lets tenants take turns when more come than are worked on at once. An
/// operator's requests count as the operator's, whatever customer they are about.
/// </summary>
internal sealed class QuotaMiddleware(RequestDelegate next, TenantQuotas quotas, RequestQueue requests)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        var kind = endpoint?.Metadata.GetMetadata<RouteQuota>()?.Kind ?? QuotaKind.Requests;
        if (kind == QuotaKind.Ingest || endpoint?.Metadata.GetMetadata<RouteAccess>()?.Permission is null || !context.TryGetCaller(out var caller))
        {
            await next(context);
            return;
        }
        var payer = caller.OperatorOf ?? caller.Tenant;
        if (await quotas.ChargeRequestAsync(payer, caller.Kind, context.RequestAborted) is { } refusal)
        {
            await refusal.ToProblem().ExecuteAsync(context);
            return;
        }
        if (kind == QuotaKind.Searches)
        {
            await next(context);
            return;
        }
        if (!(await quotas.EnterAsync(payer, kind, requests.Queue, context.RequestAborted)).TryGet(out var place, out var full))
        {
            await full.ToProblem().ExecuteAsync(context);
            return;
        }
        using (place) await next(context);
    }
}

/// <summary>Where short requests wait. Half of the places at most are one tenant's, so that some are free when another comes.</summary>
internal sealed class RequestQueue
{
    // Below the 40 connections that the service's pool has (PrivateCluster): who is inside does not wait for the database behind strangers.
    private const int Places = 32;
    private const int WaitingPerTenant = 512;
    private const int Waiting = 4096;

    public FairQueue Queue { get; } = new(Places, Places / 2, WaitingPerTenant, Waiting);
}

/// <summary>Bounds all requests under way, also those of nobody known: beyond it the process answers at once instead of growing.</summary>
internal sealed class RequestCeiling(RequestDelegate next, RequestCeilingLimit limit)
{
    private int _underWay;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            if (Interlocked.Increment(ref _underWay) > limit.Maximum) await new ServiceBusy().ToProblem().ExecuteAsync(context);
            else await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}

/// <param name="Maximum">Requests under way at once in this process.</param>
public sealed record RequestCeilingLimit(int Maximum)
{
    public static readonly RequestCeilingLimit Standard = new(8192);
}
