using Akashi.Platform.Jobs;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Jobs;

/// <summary>GET /jobs/runs.csv on the console: the history, at most 10 000 runs.</summary>
internal static class DownloadRuns
{
    private const int MaximumPages = 100;
    private static readonly string[] Columns = ["StartedAt", "EndedAt", "Job", "Outcome", "Cause", "Message", "Node"];

    public static async Task HandleAsync(HttpContext context, JobBoard board, string? job, CancellationToken cancellation)
    {
        await using var csv = Csv.Answer(context, "job-runs.csv");
        await csv.WriteAsync([.. Columns.Select(column => Text.Of[column])]);
        Guid? before = null;
        for (var page = 0; page < MaximumPages; page++)
        {
            var runs = await board.ListRunsAsync(string.IsNullOrEmpty(job) ? null : job, before, cancellation);
            foreach (var run in runs)
                await csv.WriteAsync(Jst.Second(run.StartedAt), run.EndedAt is { } ended ? Jst.Second(ended) : "", run.Job, Text.Of["Outcome_" + run.Outcome], Text.Of["Cause_" + run.Cause], run.Told ?? "", run.Node);
            if (runs.Count < JobBoard.PageSize) return;
            before = runs[^1].Id;
        }
    }
}
