using System.Globalization;
using Akashi.Endpoints.Terminals;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Endpoints.Pages;

/// <summary>GET /terminals/table.csv on the console: the whole list in the order shown.</summary>
internal static class DownloadTerminals
{
    private static readonly string[] Columns = ["ComputerName", "Tmid", "Kind", "OperatingSystem", "AgentVersion", "LastSeen", "Registered", "State", "Rejected"];

    public static async Task HandleAsync(HttpContext context, TerminalDirectory directory, TimeProvider clock, CancellationToken cancellation)
    {
        var tenant = context.Caller().Tenant;
        var request = TerminalAddress.Read(context.Request.Query).ToRequest() with { Page = 1, PageSize = TerminalDirectory.MaximumPageSize };
        var page = await directory.ListAsync(tenant, request, cancellation);
        await using var csv = Csv.Answer(context, "terminals.csv");
        await csv.WriteAsync([.. Columns.Select(column => Text.Of[column])]);
        while (page.Rows.Count > 0)
        {
            foreach (var row in page.Rows) await csv.WriteAsync(ValuesOf(row, clock.GetUtcNow()));
            if (page.Rows.Count < request.PageSize) break;
            request = request with { Page = request.Page + 1 };
            page = await directory.ListAsync(tenant, request, cancellation);
        }
    }

    private static string[] ValuesOf(TerminalRow row, DateTimeOffset now) =>
    [
        row.ComputerName, row.Tmid, Text.Of["Kind_" + row.Kind], row.OperatingSystem, row.AgentVersion, row.LastSeenAt is { } seen ? Jst.Second(seen) : "",
        Jst.Second(row.RegisteredAt), Text.Of[TerminalState.KeyOf(row, now)], row.RejectedBatches.ToString(CultureInfo.InvariantCulture),
    ];
}
