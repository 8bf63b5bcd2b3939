using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Akashi.Traces.Query;
using Akashi.Traces.Search;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Pages;

/// <summary>What the live view shows before the first trace comes.</summary>
internal sealed record TailView(TraceAddress Address, Failure? Failure, IReadOnlyList<QueryHint> Hints);

/// <summary>GET /traces/tail on the console: traces as they are received. A script fills the table.</summary>
internal static class ShowTail
{
    public static async Task<IResult> HandleAsync(HttpContext context, RecentValues recent, CancellationToken cancellation)
    {
        var address = TraceAddress.Read(context.Request.Query);
        var failure = QueryParser.TryParse(address.Query, out _, out var error, out var mentions) ? null : new QueryInvalid(error);
        var hints = mentions.Count == 0 ? [] : QueryHints.Of(address.Query, mentions, await recent.FieldsAsync(context.Caller().Tenant, cancellation));
        return Page.Show<TailPage>(new { Model = (object)new TailView(address, failure, hints) }, failure?.Status ?? StatusCodes.Status200OK);
    }
}
