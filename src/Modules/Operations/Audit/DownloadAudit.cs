using System.Globalization;
using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Audit;

/// <summary>GET …/audit/table.csv: everything that the conditions leave, newest first.</summary>
internal static class DownloadAudit
{
    private static readonly string[] Columns = ["Time", "ActionName", "Action", "ActorKind", "Actor", "ActorName", "Operator", "Address", "Target", "Before", "After", "LeafIndex", "EntryId"];

    public static async Task HandleAsync([AsParameters] AuditQuery query, HttpContext context, AuditSearch search, AuditLog audit, AuditActionNames names, CancellationToken cancellation)
    {
        var tenant = context.Caller().Tenant;
        if (!query.Read(AuditSearch.MaximumPage).TryGet(out var request, out var failure)
            || !(await search.FindAsync(tenant, request.Filter, null, AuditSearch.MaximumPage, cancellation)).TryGet(out var page, out failure))
        {
            await failure.ToProblem().ExecuteAsync(context);
            return;
        }
        await audit.WriteAsync(tenant, AuditActor.Of(context), new AuditEntry(AuditActions.Download, "table.csv", After: request.Filter));
        await using var csv = Csv.Answer(context, "audit.csv");
        await csv.WriteAsync([.. Columns.Select(column => Text.Of[column])]);
        while (true)
        {
            foreach (var row in page.Rows) await csv.WriteAsync(ValuesOf(row, names));
            if (page.Next is null) return;
            if (!(await search.FindAsync(tenant, request.Filter, page.Next, AuditSearch.MaximumPage, cancellation)).TryGet(out page, out _))
            {
                context.Abort(); // the reader must see that the file is not whole
                return;
            }
        }
    }

    private static string[] ValuesOf(AuditFound found, AuditActionNames names)
    {
        var entry = found.Entry;
        return
        [
            Jst.Millisecond(entry.At), names.Of(entry.Action), entry.Action, Text.Of["Kind_" + entry.ActorKind], entry.Actor, entry.ActorName, entry.OperatorTenant is null ? "" : Text.Of["OperatorYes"],
            entry.Address, entry.Target, entry.Before ?? "", entry.After ?? "", found.LeafIndex?.ToString(CultureInfo.InvariantCulture) ?? "", entry.Id.ToString("N"),
        ];
    }
}
