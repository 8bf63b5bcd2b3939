using Akashi.Platform.Audit;
using Akashi.Platform.Health;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Health;

/// <summary>POST /health/maintenance and /health/maintenance/remove on the console.</summary>
internal static class ChangeMaintenance
{
    public static async Task<IResult> PostAsync(IFormCollection form, HttpContext context, IEnumerable<HealthCheck> checks, HealthLog log, Maintenance maintenance, TimeProvider clock)
    {
        var input = new MaintenanceInput(form["from"].ToString(), form["to"].ToString(), form["note"].ToString());
        if (!input.Read(clock.GetUtcNow()).TryGet(out var window, out var failure)) return await ShowHealth.ShowAsync(context, checks, log, maintenance, clock, null, failure, input);
        await maintenance.AnnounceAsync(context.Caller().Tenant, AuditActor.Of(context), window.From, window.To, window.Note, context.RequestAborted);
        return Results.Redirect(HealthRoutes.Path + "?done=Announced");
    }

    public static async Task<IResult> RemoveAsync(IFormCollection form, HttpContext context, Maintenance maintenance)
    {
        if (!Guid.TryParse(form["id"], out var id)) return Results.Redirect(HealthRoutes.Path);
        var removed = await maintenance.RemoveAsync(context.Caller().Tenant, AuditActor.Of(context), id, context.RequestAborted);
        return Results.Redirect(HealthRoutes.Path + (removed ? "?done=Removed" : ""));
    }
}
