using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Search;

/// <summary>GET /api/v1/traces/export: the original lines with their own terminators, oldest first, as a stream.</summary>
internal static class ExportTraces
{
    public static async Task HandleAsync(HttpContext context, TraceSearch search, AuditLog audit, string? q, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellation)
    {
        var outcome = await search.ExportAsync(context.Caller().Tenant, q ?? "*", from, to, async () =>
        {
            await audit.WriteAsync(context.Caller().Tenant, AuditActor.Of(context), new AuditEntry(TraceNames.ExportAction, "traces.log", After: new { Query = q ?? "*", from, to }));
            context.Response.ContentType = "application/octet-stream";
            context.Response.Headers.ContentDisposition = "attachment; filename=\"traces.log\"";
            return context.Response.Body;
        }, cancellation);
        if (!outcome.TryGet(out _, out var failure)) await failure.ToProblem().ExecuteAsync(context);
    }
}
