using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Jobs;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Jobs;

/// <summary>POST /jobs/run on the console, and the same in the API.</summary>
internal static class RunNow
{
    public const string Action = "job.run";

    public static async Task<IResult> PostAsync(IFormCollection form, HttpContext context, JobBoard board, AuditLog audit) =>
        await TryAsync(form["name"].ToString(), context, board, audit) is { } failure ? failure.ToProblem() : Results.Redirect(JobRoutes.Path + "?done=run");

    public static async Task<IResult> ApiAsync(string name, HttpContext context, JobBoard board, AuditLog audit) =>
        await TryAsync(name, context, board, audit) is { } failure ? failure.ToProblem() : Results.Accepted();

    private static async Task<Failure?> TryAsync(string name, HttpContext context, JobBoard board, AuditLog audit)
    {
        var caller = context.Caller();
        await audit.WriteAsync(caller.Tenant, AuditActor.Of(context), new AuditEntry(Action, Quoted.Of(name)));
        return await board.RunNowAsync(name, caller.Subject, context.RequestAborted) ? null : new JobNotFound(name);
    }
}
