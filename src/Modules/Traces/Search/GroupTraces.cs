using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Search;

/// <summary>GET /api/v1/traces/groups: the most frequent values of one to three fields together, how many there are, and the sum of another field.</summary>
internal static class GroupTraces
{
    private const int DefaultLimit = 100;

    public static async Task<IResult> HandleAsync(HttpContext context, TraceSearch search, string? q, DateTimeOffset? from, DateTimeOffset? to, string[] by, string? sum, int? limit, CancellationToken cancellation)
    {
        var outcome = await search.GroupsAsync(context.Caller().Tenant, q ?? "*", from, to, by, sum, limit ?? DefaultLimit, cancellation);
        if (!outcome.TryGet(out var groups, out var failure)) return failure.ToProblem();
        return Results.Json(new
        {
            groups = groups.Top.Select(group => new { group.Values, group.Count, sum = sum is null ? null : group.Sum.ToString(System.Globalization.CultureInfo.InvariantCulture) }),
            groups.Distinct,
            groups.Total,
        });
    }
}
