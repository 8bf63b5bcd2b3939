using System.Globalization;
using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Akashi.Traces.Search;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Pages;

/// <summary>GET /traces/groups.csv on the console: the most frequent values, as many as there may be.</summary>
internal static class DownloadGroups
{
    public static async Task HandleAsync(HttpContext context, TraceSearch search, AuditLog audit, string? q, DateTimeOffset? from, DateTimeOffset? to, string[]? by, string? sum, CancellationToken cancellation)
    {
        var fields = by ?? [];
        var outcome = await search.GroupsAsync(context.Caller().Tenant, q ?? "*", from, to, fields, sum, TraceSearch.MaximumGroups, cancellation);
        if (!outcome.TryGet(out var groups, out var failure))
        {
            await failure.ToProblem().ExecuteAsync(context);
            return;
        }
        await audit.WriteAsync(context.Caller().Tenant, AuditActor.Of(context), new AuditEntry(TraceNames.ExportAction, "groups.csv", After: new { Query = q ?? "*", from, to, by = string.Join(',', fields) }));
        await using var csv = Csv.Answer(context, "groups.csv");
        await csv.WriteAsync([.. fields, Text.Of["GroupCount"], .. sum is null ? [] : new[] { Text.Of.Format("GroupSum", sum) }]);
        foreach (var group in groups.Top)
            await csv.WriteAsync([.. group.Values.Select(value => value ?? ""), group.Count.ToString(CultureInfo.InvariantCulture), .. sum is null ? [] : new[] { group.Sum.ToString(CultureInfo.InvariantCulture) }]);
    }
}
