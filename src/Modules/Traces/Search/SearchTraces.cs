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
    public static readonly JsonSerializerOptions Format = FormatOf(new TraceJson());
    private static readonly JsonSerializerOptions OfLines = FormatOf(new TraceJson(withFields: false));
    private static readonly JsonSerializerOptions OfFields = FormatOf(new TraceJson(withLine: false));

    /// <param name="show"><c>line</c> or <c>fields</c> alone, which is half as much to send; a line that cannot be parsed has its line always. Null for both.</param>
    public static async Task<IResult> HandleAsync(HttpContext context, TraceSearch search, TraceQueues queues, string? q, DateTimeOffset? from, DateTimeOffset? to, int? limit, string? after, string? order, bool? total, string? show, CancellationToken cancellation)
    {
        var tenant = context.Caller().Tenant;
        if (order is not (null or "newest" or "oldest")) return new FieldInvalid("order", order, "newest, oldest").ToProblem();
        if (show is not (null or "line" or "fields")) return new FieldInvalid("show", show, "line, fields").ToProblem();
        var wanted = order == "oldest" ? TraceOrder.Oldest : TraceOrder.Newest;
        var outcome = await search.SearchAsync(tenant, new TraceSearchRequest(q ?? "*", from, to, limit ?? DefaultLimit, after, wanted, total ?? false), cancellation);
        if (!outcome.TryGet(out var result, out var failure)) return failure.ToProblem();
        context.Response.ContentType = MediaTypeNames.Application.Json;
        // A thousand long lines take as long to write down as to find. Nobody waits for the client here: nothing is sent before the end.
        using (await queues.Processors.StepAsync(tenant, cancellation))
        {
            await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, new JsonWriterOptions { Encoder = Format.Encoder });
            JsonSerializer.Serialize(writer, new { rows = result.Traces, result.Total, result.Next, elapsedMilliseconds = result.Elapsed.TotalMilliseconds }, show switch { "line" => OfLines, "fields" => OfFields, _ => Format });
        }
        return Results.Empty;
    }

    public static JsonSerializerOptions FormatOf(TraceJson trace) => new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { trace } };
}
