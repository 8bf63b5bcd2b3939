using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Akashi.Traces.Search;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Pages;

/// <summary>What the search page shows.</summary>
internal sealed record TracesView(TraceAddress Address, DateTimeOffset Now, TraceSearchResult? Result, Failure? Failure, bool MayExport);

/// <summary>GET /traces on the console: the search page.</summary>
internal static class ShowTraces
{
    public static async Task<IResult> HandleAsync(HttpContext context, TraceSearch search, TimeProvider clock, CancellationToken cancellation)
    {
        var caller = context.Caller();
        var address = TraceAddress.Read(context.Request.Query);
        var now = clock.GetUtcNow();
        var (from, to) = address.Resolve(now);
        var outcome = await search.SearchAsync(caller.Tenant, new TraceSearchRequest(address.Query, from, to, address.Limit, address.After), cancellation);
        var found = outcome.TryGet(out var result, out var failure);
        if (failure?.RetryAfterSeconds is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var view = new TracesView(address, now, found ? result : null, failure, caller.Permissions.Contains(Platform.Tenancy.Permission.TracesExport));
        return Page.Show<TracesPage>(new { Model = (object)view }, failure?.Status ?? StatusCodes.Status200OK);
    }
}
