using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Export;

/// <summary>/api/v1/traces/exports/ID, and the same on the console: how far an export is; stopping it.</summary>
internal static class ExportProgressRoutes
{
    public static async Task<IResult> ShowAsync(string id, HttpContext context, ExportRuns runs, CancellationToken cancellation)
    {
        var caller = context.Caller();
        if (!(await runs.FindAsync(caller.Tenant, caller, id, cancellation)).TryGet(out var run, out var failure)) return failure.ToProblem();
        var (code, message) = run.Failure is var (name, japanese, english) ? (name, PageLanguage.Say(japanese, english)) : (null, null);
        return Results.Json(new { run.Id, run.State, run.Rows, run.Total, run.Format, run.Query, code, message, run.StartedAt, run.ChangedAt });
    }

    public static async Task<IResult> StopAsync(string id, HttpContext context, ExportRuns runs, CancellationToken cancellation)
    {
        var caller = context.Caller();
        return await runs.StopAsync(caller.Tenant, caller, id, cancellation) is { } failure ? failure.ToProblem() : Results.NoContent();
    }

    /// <summary>The form carries nothing but its token; naming the form is what makes the server check the token.</summary>
    public static Task<IResult> StopFromPageAsync(string id, IFormCollection form, HttpContext context, ExportRuns runs, CancellationToken cancellation)
    {
        _ = form;
        return StopAsync(id, context, runs, cancellation);
    }
}
