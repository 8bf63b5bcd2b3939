using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Akashi.Traces.Pages;
using Akashi.Traces.Query;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Search;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Tail;

/// <summary>
/// GET /api/v1/traces/tail, and /traces/tail/events on the console: traces as they are received, as server-sent events. <c>trace</c> is one;
/// <c>left-out</c> says how many more fitted than are told, <c>passed</c> how many lines were not looked at; <c>beat</c> comes every ten seconds; <c>end</c> says
/// why there will be no more.
/// </summary>
internal static class TailTraces
{
    /// <param name="after">The id of the last event, for clients that cannot send <c>Last-Event-ID</c>.</param>
    public static Task HandleAsync(HttpContext context, LiveTail tail, string? q, string? after) => RunAsync(context, tail, q, after, trace => trace);

    /// <summary>The same with what the table of a page shows.</summary>
    public static Task HandlePageAsync(HttpContext context, LiveTail tail, string? q, string? after) => RunAsync(context, tail, q, after, trace =>
    {
        var row = TraceRow.Of(trace);
        var summary = TraceSummary.Of(row);
        var address = new TraceAddress { Query = q ?? "*", Last = TraceAddress.DefaultRange };
        return new { time = Jst.Millisecond(row.Time), summary.Computer, Kind = row.Unparsed ? Text.Of["Unparsed"] : summary.Kind, summary.Process, What = summary.What.Length > LongestShown ? summary.What[..LongestShown] + "…" : summary.What, summary.User, address = address.ToRow(row.Id) };
    });

    private const int LongestShown = 300;

    private static async Task RunAsync(HttpContext context, LiveTail tail, string? q, string? after, Func<FoundTrace, object> shape)
    {
        var last = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : after;
        TailPosition? from = TailPosition.TryParse(last, out var position) ? position : null;
        var failure = QueryParser.TryParse(q ?? "*", out var predicate, out var error)
            ? await tail.RunAsync(context.Caller().Tenant, context, predicate, from, shape)
            : new QueryInvalid(error);
        if (failure is not null) await failure.ToProblem().ExecuteAsync(context);
    }
}
