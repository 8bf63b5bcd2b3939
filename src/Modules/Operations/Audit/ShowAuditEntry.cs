using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Audit;

internal sealed record AuditEntryNotFound() : Failure("audit-entry-not-found", StatusCodes.Status404NotFound)
{
    public override string Japanese => "この監査ログは見つかりません。保存期間が過ぎたか、アドレスが正しくありません。一覧からお探しください。";
    public override string English => "This audit entry was not found: it is past its retention, or the address is wrong. Look for it in the list.";
}

internal sealed record AuditEntryView(AuditQuery Query, AuditFound Found, IReadOnlyList<AuditChange> Changes, AuditActionNames Names);

/// <summary>GET /audit/entry/ID on the console: one entry with what changed; as a panel beside the table or as a page of its own.</summary>
internal static class ShowAuditEntry
{
    public static async Task<IResult> HandleAsync(string id, [AsParameters] AuditQuery query, HttpContext context, AuditSearch search, AuditActionNames names, CancellationToken cancellation)
    {
        if (!Guid.TryParseExact(id, "N", out var entry) || await search.GetAsync(context.Caller().Tenant, entry, cancellation) is not { } found) return new AuditEntryNotFound().ToProblem();
        object view = new AuditEntryView(query, found, AuditChange.Between(found.Entry.Before, found.Entry.After), names);
        return Page.IsPartial(context) ? Page.Show<AuditDetail>(new { Model = view, AsPanel = true }) : Page.Show<AuditEntryPage>(new { Model = view });
    }
}
