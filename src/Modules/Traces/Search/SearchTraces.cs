using System.Net.Mime;
using System.Text.Encodings.Web;
using System.Text.Json;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.Traces.Store.Search;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Search;

/// <summary>GET /api/v1/traces: one page of traces; how many there are in all only when asked, for that takes longer.</summary>
internal static class SearchTraces
{
    private const int DefaultLimit = 100;
    public static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<IResult> HandleAsync(HttpContext context, TraceSearch search, TraceQueues queues, string? q, DateTimeOffset? from, DateTimeOffset? to, int? limit, string? after, string? order, bool? total, CancellationToken cancellation)
    {
        var tenant = context.Caller().Tenant;
        if (order is not (null or "newest" or "oldest")) return new FieldInvalid("order", order, "newest, oldest").ToProblem();
        var wanted = order == "oldest" ? TraceOrder.Oldest : TraceOrder.Newest;
        var outcome = await search.SearchAsync(tenant, new TraceSearchRequest(q ?? "*", from, to, limit ?? DefaultLimit, after, wanted, total ?? false), cancellation);
        if (!outcome.TryGet(out var result, out var failure)) return failure.ToProblem();
        // A thousand long lines take as long to write down as to find.
        using var place = await queues.Processors.StepAsync(tenant, cancellation);
        return Results.Bytes(JsonSerializer.SerializeToUtf8Bytes(new
        {
            rows = result.Rows.Select(Shape),
            result.Total,
            result.Next,
            elapsedMilliseconds = result.Elapsed.TotalMilliseconds,
        }, Format), MediaTypeNames.Application.Json);
    }

    /// <summary>A trace as the API tells it, wherever.</summary>
    public static object Shape(TraceRow row) => new { row.Id, row.Time, row.Tmid, row.Line, row.Unparsed, row.Skewed, fields = row.Fields.Select(field => new[] { field.Key, field.Value }) };
}
