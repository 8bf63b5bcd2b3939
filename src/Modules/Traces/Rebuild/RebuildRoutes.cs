using Akashi.Platform.Audit;
using Akashi.Platform.Calendar;
using Akashi.Platform.Errors;
using Akashi.Platform.Hosting;
using Akashi.Platform.Web;
using Akashi.Traces.Search;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Rebuild;

/// <param name="Day">A Japanese calendar day; null for all.</param>
internal sealed record RebuildRequest(DateOnly? Day);

/// <summary>POST and GET /api/v1/traces/rebuild: make the search data of a day anew from the archive, and see what waits.</summary>
internal static class RebuildRoutes
{
    public static async Task<IResult> AskAsync(RebuildRequest request, HttpContext context, RebuildQueue queue, ServerOptions options, AuditLog audit, CancellationToken cancellation)
    {
        if (!options.SearchesTraces) return new SearchNotServed().ToProblem();
        var tenant = context.Caller().Tenant;
        await audit.WriteAsync(tenant, AuditActor.Of(context), new AuditEntry(TraceNames.RebuildAction, request.Day?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) ?? "*"));
        var waiting = await queue.RequestAsync(tenant, request.Day is { } day ? new JstDay(day) : null, cancellation);
        return Results.Json(new { waiting }, statusCode: StatusCodes.Status202Accepted);
    }

    public static async Task<IResult> ListAsync(HttpContext context, RebuildQueue queue, CancellationToken cancellation)
    {
        var days = await queue.ListAsync(context.Caller().Tenant, cancellation);
        return Results.Json(new { days = days.Select(request => new { day = request.Day.ToString(), request.RequestedAt, request.Failure }) });
    }
}
