using Akashi.Platform.Calendar;
using Akashi.Platform.Jobs;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Jobs;

/// <summary>Jobs and their history for programs.</summary>
internal static class JobApi
{
    /// <param name="Schedule">Cron expression or interval.</param>
    /// <param name="Times">The same in words.</param>
    internal sealed record JobAnswer(string Name, string Title, string Schedule, string Times, DateTimeOffset? NextRun, RunAnswer? LastRun);

    internal sealed record RunAnswer(string Id, string Job, string Node, string Cause, string? AskedBy, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Outcome, string? Message);

    /// <param name="Next">For <c>before</c> of the next page; null after the last.</param>
    internal sealed record RunsAnswer(IReadOnlyList<RunAnswer> Rows, string? Next);

    public static async Task<IResult> ListAsync(JobBoard board, CancellationToken cancellation)
    {
        var jobs = await board.ListAsync(cancellation);
        return Results.Json(jobs.Select(job => new JobAnswer(job.Name, PageLanguage.Say(job.Japanese, job.English), job.Schedule, job.Times, job.NextRun?.ToOffset(JstDay.Offset), job.LastRun is { } run ? AnswerOf(run) : null)));
    }

    public static async Task<IResult> ListRunsAsync(JobBoard board, string? job, Guid? before, CancellationToken cancellation)
    {
        var runs = await board.ListRunsAsync(string.IsNullOrEmpty(job) ? null : job, before, cancellation);
        return Results.Json(new RunsAnswer([.. runs.Select(AnswerOf)], runs.Count == JobBoard.PageSize ? runs[^1].Id.ToString("N") : null));
    }

    private static RunAnswer AnswerOf(JobRun run) => new(
        run.Id.ToString("N"), run.Job, run.Node, run.Cause, run.AskedBy, run.StartedAt.ToOffset(JstDay.Offset), run.EndedAt?.ToOffset(JstDay.Offset), run.Outcome, run.Told);
}
