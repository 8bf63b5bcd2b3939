using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Audit;

/// <param name="Found">Null when the question cannot be answered; <paramref name="Failure"/> says why.</param>
internal sealed record AuditView(AuditQuery Query, AuditPage? Found, Failure? Failure, IReadOnlyList<string> Actions, AuditActionNames Names, string KeyFingerprint);

/// <summary>GET /audit on the console: newest first.</summary>
internal static class ShowAudit
{
    private const int PageSize = 50;

    public static async Task<IResult> HandleAsync([AsParameters] AuditQuery query, HttpContext context, AuditSearch search, AuditExport export, AuditActionNames names, CancellationToken cancellation)
    {
        var tenant = context.Caller().Tenant;
        var actions = await search.ActionsAsync(tenant, cancellation);
        AuditPage? found = null;
        if (query.Read(PageSize).TryGet(out var request, out var failure))
            (await search.FindAsync(tenant, request.Filter, request.After, request.Limit, cancellation)).TryGet(out found, out failure);
        object view = new AuditView(query, found, failure, actions, names, export.KeyFingerprint);
        return Page.Show<AuditLogPage>(new { Model = view }, failure?.Status ?? StatusCodes.Status200OK);
    }
}
