using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Akashi.Traces.Search;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Pages;

/// <summary>What is shown of one trace, and the search it was found with.</summary>
internal sealed record TraceView(TraceAddress Address, TraceRow Row);

/// <summary>GET /traces/row/ID on the console: one trace; as a panel beside the table or as a page of its own.</summary>
internal static class ShowTrace
{
    private const int MaximumId = 200;

    public static async Task<IResult> HandleAsync(HttpContext context, TraceSearch search, string id, CancellationToken cancellation)
    {
        if (id.Length > MaximumId) return new TraceNotFound().ToProblem();
        if (!(await search.FindAsync(context.Caller().Tenant, id, cancellation)).TryGet(out var row, out var failure)) return failure.ToProblem();
        object view = new TraceView(TraceAddress.Read(context.Request.Query), row);
        return Page.IsPartial(context) ? Page.Show<TraceDetail>(new { Model = view, AsPanel = true }) : Page.Show<TracePage>(new { Model = view });
    }
}
