using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Search;

/// <summary>GET /api/v1/traces/count.</summary>
internal static class CountTraces
{
    public static async Task<IResult> HandleAsync(HttpContext context, TraceSearch search, string? q, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellation)
    {
        var outcome = await search.CountAsync(context.Caller().Tenant, q ?? "*", from, to, cancellation);
        return outcome.TryGet(out var count, out var failure) ? Results.Json(new { count }) : failure.ToProblem();
    }
}
