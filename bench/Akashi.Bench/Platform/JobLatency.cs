using System.Diagnostics;
using System.Text.Json;

namespace Akashi.Bench.Platform;

/// <summary>From asking for a job by the API to its first line, over a quiet service; beside an API request that only reads.</summary>
internal static class JobLatency
{
    private const int Runs = 20;
    private const string Job = "operations.aged-rows";

    public static async Task RunAsync(PlatformSetting setting, BenchReport report)
    {
        using var ready = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(setting.Service.Folder, "ready.json")));
        using var client = setting.Service.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", ready.RootElement.GetProperty("operatorApiToken").GetString());
        var (run, read) = (new List<double>(), new List<double>());
        for (var i = 0; i < Runs; i++)
        {
            var asked = TimeProvider.System.GetUtcNow();
            using (var answer = await client.PostAsync(setting.Service.Address("api", $"/api/v1/jobs/{Job}/run"), null)) answer.EnsureSuccessStatusCode();
            run.Add((await StartedAsync(setting, i + 1) - asked.UtcDateTime).TotalMilliseconds);
            var started = Stopwatch.GetTimestamp();
            using (var answer = await client.GetAsync(setting.Service.Address("api", "/api/v1/jobs/runs"))) answer.EnsureSuccessStatusCode();
            read.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        BenchReport.Note($"job-latency: median of {Runs} runs asked for by the API, one node");
        report.AddLessIsBetter("job-latency", run.Order().ElementAt(Runs / 2), "ms", "GET /api/v1/jobs/runs", read.Order().ElementAt(Runs / 2));
    }

    /// <summary>When the run of that number began; waits until it has ended, so that the next one does not queue behind it.</summary>
    private static async Task<DateTime> StartedAsync(PlatformSetting setting, int number)
    {
        while (true)
        {
            var started = await setting.ScalarAsOwnerAsync<object>(
                "SELECT coalesce((SELECT started_at FROM platform.job_run WHERE job = @job AND cause = 'person' AND ended_at IS NOT NULL ORDER BY id OFFSET @skip LIMIT 1), '-infinity'::timestamptz)",
                ("job", Job), ("skip", number - 1));
            if (started is DateTime time && time > DateTime.UnixEpoch) return time;
            await Task.Delay(5);
        }
    }
}
