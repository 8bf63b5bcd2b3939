using System.Globalization;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Akashi.Traces.Query;
using Akashi.Traces.Saved;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Search;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Pages;

/// <summary>What the search page shows.</summary>
/// <param name="Result">Null when groups are asked for, or the search failed.</param>
/// <param name="Groups">Null unless fields to group by were chosen.</param>
/// <param name="Fields">Known fields, for choosing one.</param>
/// <param name="Saved">Searches to open.</param>
internal sealed record TracesView(
    TraceAddress Address, DateTimeOffset Now, TraceSearchResult? Result, TraceGroups? Groups, Failure? Failure, IReadOnlyList<QueryHint> Hints, IReadOnlyList<string> Fields, IReadOnlyList<SavedSearch> Saved, IReadOnlySet<Permission> May)
{
    public bool MayExport => May.Contains(Permission.TracesExport);
}

/// <summary>GET /traces on the console: the search page.</summary>
internal static class ShowTraces
{
    public static async Task<IResult> HandleAsync(HttpContext context, TraceSearch search, RecentValues recent, SavedSearchBook saved, TimeProvider clock, CancellationToken cancellation)
    {
        var caller = context.Caller();
        var address = TraceAddress.Read(context.Request.Query);
        var view = new TracesView(address, clock.GetUtcNow(), null, null, null, [], KnownFields.All, await saved.ListAsync(caller.Tenant, caller, cancellation), caller.Permissions);
        view = address.Grouped ? await GroupAsync(view, search, caller.Tenant, cancellation) : await SearchAsync(view, search, caller.Tenant, cancellation);
        if (view.Failure?.RetryAfterSeconds is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (view.Failure is null && QueryParser.TryParse(address.Query, out _, out _, out var mentions) && mentions.Count > 0)
        {
            var fields = await recent.FieldsAsync(caller.Tenant, cancellation);
            view = view with { Fields = fields, Hints = QueryHints.Of(address.Query, mentions, fields) };
        }
        return Page.Show<TracesPage>(new { Model = (object)view }, view.Failure?.Status ?? StatusCodes.Status200OK);
    }

    private static async Task<TracesView> SearchAsync(TracesView view, TraceSearch search, TenantId tenant, CancellationToken cancellation)
    {
        var address = view.Address;
        var (from, to) = address.Resolve(view.Now);
        var order = address.Oldest ? TraceOrder.Oldest : TraceOrder.Newest;
        var outcome = await search.SearchAsync(tenant, new TraceSearchRequest(address.Query, from, to, address.Limit, address.After, order), cancellation);
        return outcome.TryGet(out var result, out var failure) ? view with { Result = result } : view with { Failure = failure };
    }

    private static async Task<TracesView> GroupAsync(TracesView view, TraceSearch search, TenantId tenant, CancellationToken cancellation)
    {
        var address = view.Address;
        if (address.By.Count == 0) return QueryParser.TryParse(address.Query, out _, out var error) ? view : view with { Failure = new QueryInvalid(error) };
        var (from, to) = address.Resolve(view.Now);
        var outcome = await search.GroupsAsync(tenant, address.Query, from, to, address.By, address.Sum, address.Top, cancellation);
        return outcome.TryGet(out var groups, out var failure) ? view with { Groups = groups } : view with { Failure = failure };
    }
}
