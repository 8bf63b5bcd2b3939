using System.Text.Json.Nodes;
using Akashi.Platform.Audit;
using Akashi.Platform.Calendar;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Audit;

/// <param name="LeafIndex">Position in the Merkle log; null for a moment after the act.</param>
internal sealed record AuditRowAnswer(
    string Id, DateTimeOffset At, string ActorKind, string Actor, string ActorName, bool Operator, string Address,
    string Action, string Target, JsonNode? Before, JsonNode? After, long? LeafIndex);

/// <param name="Next">For <c>after</c> of the next page; null after the last.</param>
internal sealed record AuditPageAnswer(IReadOnlyList<AuditRowAnswer> Rows, string? Next);

/// <summary>GET /api/v1/audit: newest first, by cursor.</summary>
internal static class ListAudit
{
    private const int DefaultPage = 100;

    public static async Task<IResult> HandleAsync([AsParameters] AuditQuery query, HttpContext context, AuditSearch search, CancellationToken cancellation)
    {
        if (!query.Read(DefaultPage).TryGet(out var request, out var failure)
            || !(await search.FindAsync(context.Caller().Tenant, request.Filter, request.After, request.Limit, cancellation)).TryGet(out var page, out failure))
            return failure.ToProblem();
        return Results.Json(new AuditPageAnswer([.. page.Rows.Select(AnswerOf)], page.Next?.ToString()));
    }

    private static AuditRowAnswer AnswerOf(AuditFound found)
    {
        var entry = found.Entry;
        return new AuditRowAnswer(
            entry.Id.ToString("N"), entry.At.ToOffset(JstDay.Offset), entry.ActorKind, entry.Actor, entry.ActorName, entry.OperatorTenant is not null, entry.Address,
            entry.Action, entry.Target, NodeOf(entry.Before), NodeOf(entry.After), found.LeafIndex);
    }

    private static JsonNode? NodeOf(string? json) => json is null ? null : JsonNode.Parse(json);
}
