using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Audit;

/// <summary>GET …/audit/export: entries with the proofs that they are in the signed log, for checking without this service.</summary>
internal static class ExportAudit
{
    public static async Task HandleAsync([AsParameters] AuditQuery query, HttpContext context, AuditExport export, AuditLog audit, CancellationToken cancellation)
    {
        var tenant = context.Caller().Tenant;
        if (!query.Read(1).TryGet(out var request, out var failure) || !(await export.PlanAsync(tenant, request.Filter, cancellation)).TryGet(out var plan, out failure))
        {
            await failure.ToProblem().ExecuteAsync(context);
            return;
        }
        await audit.WriteAsync(tenant, AuditActor.Of(context), new AuditEntry(AuditActions.Export, $"{plan.Leaves.Count}", After: request.Filter));
        context.Response.ContentType = AuditExportFormat.ContentType;
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"audit{AuditExportFormat.FileExtension}\"";
        await export.WriteAsync(plan, context.Response.Body, cancellation);
    }
}
