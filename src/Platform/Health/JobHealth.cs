using Akashi.Platform.Jobs;

namespace Akashi.Platform.Health;

/// <summary>Whether jobs ran when they were due and ended well.</summary>
internal sealed class JobHealth(JobBoard board) : HealthCheck
{
    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(10);
    private const int MaximumNamed = 5;

    public override string Id => "platform.jobs";
    public override string Japanese => "ジョブ";
    public override string English => "Jobs";

    public override async Task<HealthResult> RunAsync(CancellationToken cancellation)
    {
        // Schedules follow the machine's clock, see JobRegistration.
        var late = TimeProvider.System.GetUtcNow() - Overdue;
        var jobs = await board.ListAsync(cancellation);
        var overdue = jobs.Where(job => job.NextRun < late && job.LastRun?.Outcome != "running").ToList();
        if (overdue.Count > 0)
            return HealthResult.Failing($"予定を過ぎても始まりません: {Names(overdue)}。runJobs が有効なノードが動いているか確認してください。", $"Overdue: {Names(overdue)}. Check that a node with runJobs is running.");
        var failed = jobs.Where(job => job.LastRun?.Outcome is "failed" or "lost").ToList();
        return failed.Count > 0
            ? HealthResult.Warning($"直近の実行が失敗しました: {Names(failed)}。「ジョブ」で原因を確認し、取り除いてから再実行してください。", $"The last run failed: {Names(failed)}. See the cause under Jobs, remove it, and run again.")
            : HealthResult.Ok($"{jobs.Count} 件、すべて正常", $"{jobs.Count} jobs, all well");
    }

    private static string Names(List<JobState> jobs) => string.Join(", ", jobs.Take(MaximumNamed).Select(job => job.Name)) + (jobs.Count > MaximumNamed ? ", …" : "");
}
