using Akashi.Agent.Protocol;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Endpoints.Terminals;

/// <summary>A terminal reports a batch that it set aside after a permanent refusal; administrators see the count in the list.</summary>
internal static class ReportRejected
{
    private const string Insert = """
        INSERT INTO endpoints.rejected_batch (tenant_id, tmid, file_name, status, code, reported_at)
        VALUES (@tenant, @tmid, @FileName, @Status, @Code, @now) ON CONFLICT DO NOTHING
        """;

    public static async Task<IResult> HandleAsync(RejectedBatchReport report, HttpContext context, AkashiDatabase database, TimeProvider clock, CancellationToken cancellation)
    {
        if (report.FileName is not { Length: > 0 and <= 255 }) return new FieldInvalid("fileName", "", "1–255 characters").ToProblem();
        if (report.Code is not { Length: <= 64 }) return new FieldInvalid("code", "", "at most 64 characters").ToProblem();
        var caller = context.Caller();
        await using var session = await database.OpenAsync(caller.Tenant, cancellation);
        var added = await session.ExecuteAsync(Insert, new { tenant = caller.Tenant, tmid = caller.Subject, report.FileName, report.Status, report.Code, now = clock.GetUtcNow() }, cancellation);
        await session.ExecuteAsync(
            "UPDATE endpoints.terminal SET rejected_batches = rejected_batches + @added WHERE tenant_id = @tenant AND tmid = @tmid",
            new { added, tenant = caller.Tenant, tmid = caller.Subject }, cancellation);
        await session.CommitAsync(cancellation);
        return Results.NoContent();
    }
}
