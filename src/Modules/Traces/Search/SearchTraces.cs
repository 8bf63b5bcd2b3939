using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Search;

/// <summary>GET /api/v1/traces: one page of traces, newest first.</summary>
internal static class SearchTraces
{
    private const int DefaultLimit = 100;

    public static async Task<IResult> HandleAsync(HttpContext context, TraceSearch search, string? q, DateTimeOffset? from, DateTimeOffset? to, int? limit, string? after, CancellationToken cancellation)
    {
        var outcome = await search.SearchAsync(context.Caller().Tenant, new TraceSearchRequest(q ?? "*", from, to, limit ?? DefaultLimit, after), cancellation);
        if (!outcome.TryGet(out var result, out var failure)) return failure.ToProblem();
        return Results.Json(new
        {
            rows = result.Rows.Select(row => new { row.Id, row.Time, row.Tmid, row.Line, row.Unparsed, row.Skewed, fields = row.Fields.Select(field => new[] { field.Key, field.Value }) }),
            result.Total,
            result.Next,
            elapsedMilliseconds = result.Elapsed.TotalMilliseconds,
        });
    }
}
