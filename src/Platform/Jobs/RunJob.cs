using Akashi.Platform.Errors;
using Akashi.Platform.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Akashi.Platform.Jobs;

/// <summary>What Quartz calls for every job: runs it under its lock and keeps the history true.</summary>
[DisallowConcurrentExecution]
internal sealed partial class RunJob(
    IEnumerable<RegisteredJob> jobs, JobLock locks, JobHistory history, OperatorAlarms alarms, IHostApplicationLifetime lifetime, JobMetrics metrics, IServiceProvider services, ILogger<RunJob> logger) : IJob
{
    public const string AskedBy = "askedBy";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var name = context.JobDetail.Key.Name;
        if (jobs.FirstOrDefault(job => job.Name == name) is not { } job)
        {
            LogUnknown(name);
            return;
        }
        await using var held = await locks.TryTakeAsync(name, cancellationToken);
        if (held is null)
        {
            LogStillRunning(name);
            return;
        }
        var askedBy = context.MergedJobDataMap.TryGetValue(AskedBy, out var value) ? value as string : null;
        var cause = context.Recovering ? "recovery" : askedBy is null ? "schedule" : "person";
        var run = await history.BeginAsync(name, context.Scheduler.SchedulerInstanceId, cause, askedBy, cancellationToken);
        // Quartz waits for jobs when it stops, but does not tell them.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        using var span = ServiceMetrics.Traces.StartActivity("job " + name);
        var begin = TimeProvider.System.GetTimestamp();
        var (outcome, message) = await RunAsync(job, stop.Token);
        metrics.Ran(name, outcome, TimeProvider.System.GetElapsedTime(begin));
        await history.EndAsync(run, outcome, message, CancellationToken.None);
        if (outcome == JobHistory.Failed) await alarms.RaiseAsync("job/" + name, JobMails.Failed, new Dictionary<string, string>(StringComparer.Ordinal) { ["Job"] = name, ["Message"] = message.Japanese }, CancellationToken.None);
    }

    private async Task<(string Outcome, JobMessage Message)> RunAsync(RegisteredJob job, CancellationToken cancellation)
    {
        try
        {
            return (JobHistory.Succeeded, await job.Create(services).RunAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return (JobHistory.Stopped, new("サービスの停止により中断しました。", "Stopped with the service."));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogFailed(e, job.Name);
            var cause = OneLine.Of($"{e.GetType().Name}: {e.Message}", 1000);
            return (JobHistory.Failed, new(cause, cause)); // what broke has one language
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Job} failed.")]
    private partial void LogFailed(Exception exception, string job);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Job} is not known to this server; a newer or older one keeps it.")]
    private partial void LogUnknown(string job);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Job} is still running elsewhere; this run is left out.")]
    private partial void LogStillRunning(string job);
}
