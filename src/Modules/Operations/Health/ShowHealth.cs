using Akashi.Platform.Errors;
using Akashi.Platform.Health;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Health;

internal sealed record HealthPageView(HealthView Health, bool MayChange, string? Done, Failure? Failure, MaintenanceInput? Typed);

/// <summary>GET /health on the console.</summary>
internal static class ShowHealth
{
    public static Task<IResult> HandleAsync(HttpContext context, IEnumerable<HealthCheck> checks, HealthLog log, Maintenance maintenance, TimeProvider clock, string? done) =>
        ShowAsync(context, checks, log, maintenance, clock, done, null, null);

    public static async Task<IResult> ShowAsync(
        HttpContext context, IEnumerable<HealthCheck> checks, HealthLog log, Maintenance maintenance, TimeProvider clock, string? done, Failure? failure, MaintenanceInput? typed)
    {
        object view = new HealthPageView(
            await HealthView.ReadAsync(checks, log, maintenance, clock, context.RequestAborted), context.Caller().Permissions.Contains(Permission.ServiceManage), done, failure, typed);
        return Page.Show<HealthPage>(new { Model = view }, failure?.Status ?? StatusCodes.Status200OK);
    }
}
