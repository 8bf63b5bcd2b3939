using Akashi.Platform.Jobs;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Jobs;

/// <param name="Shown">Whose runs are shown; all when null.</param>
internal sealed record JobsView(IReadOnlyList<JobState> Jobs, IReadOnlyList<JobRun> Runs, string? Shown, bool First, bool MayRun, bool Done)
{
    public string? Next => Runs.Count == JobBoard.PageSize ? AddressOf(Shown, Runs[^1].Id) : null;

    public static string AddressOf(string? job, Guid? before = null) =>
        JobRoutes.Path + QueryString.Create([KeyValuePair.Create("job", job), KeyValuePair.Create("before", before?.ToString("N"))]);
}

/// <summary>GET /jobs on the console: schedules and history.</summary>
internal static class ShowJobs
{
    public static async Task<IResult> HandleAsync(HttpContext context, JobBoard board, string? job, Guid? before, string? done)
    {
        var jobs = await board.ListAsync(context.RequestAborted);
        var shown = jobs.FirstOrDefault(one => one.Name == job)?.Name;
        var runs = await board.ListRunsAsync(shown, before, context.RequestAborted);
        object view = new JobsView(jobs, runs, shown, before is null, context.Caller().Permissions.Contains(Permission.ServiceManage), done == "run");
        return Page.Show<JobsPage>(new { Model = view });
    }

    /// <summary>The colour of an outcome, as the style sheet names it.</summary>
    public static string ColourOf(string outcome) => outcome switch { "succeeded" => "StateActive", "running" or "stopped" => "StateQuiet", _ => "StateSilent" };
}
