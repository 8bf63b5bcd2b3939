using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Akashi.Traces.Search;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Pages;

/// <summary>GET /traces/table.csv on the console: what the table shows, all rows, oldest first, as a stream.</summary>
internal static class DownloadTable
{
    private static readonly string[] Columns = ["Time", "Computer", "Tmid", "Kind", "Process", "What", "User", "OriginalLine"];

    public static async Task HandleAsync(HttpContext context, TraceSearch search, AuditLog audit, string? q, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellation)
    {
        Csv? csv = null; // not before there is a row: a search that fails is answered as a problem
        var outcome = await search.ExportRowsAsync(context.Caller().Tenant, q ?? "*", from, to, async row =>
        {
            csv ??= await BeginAsync();
            var summary = TraceSummary.Of(row);
            await csv.WriteAsync(Jst.Millisecond(row.Time), summary.Computer, row.Tmid, summary.Kind, summary.Process, summary.What, summary.User, row.Line.TrimEnd('\r', '\n'));
        }, cancellation);
        if (!outcome.TryGet(out _, out var failure)) await failure.ToProblem().ExecuteAsync(context);
        else csv ??= await BeginAsync();
        if (csv is not null) await csv.DisposeAsync();

        async Task<Csv> BeginAsync()
        {
            await audit.WriteAsync(context.Caller().Tenant, AuditActor.Of(context), new AuditEntry(TraceNames.ExportAction, "traces.csv", After: new { Query = q ?? "*", from, to }));
            var begun = Csv.Answer(context, "traces.csv");
            await begun.WriteAsync([.. Columns.Select(column => Text.Of[column])]);
            return begun;
        }
    }
}
