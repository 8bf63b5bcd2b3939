using Akashi.Platform.Web;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace Akashi.Platform.Jobs;

/// <summary>A job as operators see it.</summary>
/// <param name="Schedule">Cron expression or interval.</param>
/// <param name="Times">The same in words of the reader's language.</param>
/// <param name="NextRun">Null before the first start of a server that runs jobs.</param>
public sealed record JobState(string Name, string Japanese, string English, string Schedule, string Times, DateTimeOffset? NextRun, JobRun? LastRun);

/// <summary>What operators see of jobs, and how they run one now.</summary>
public sealed class JobBoard
{
    public const int PageSize = 100;

    private readonly IReadOnlyList<RegisteredJob> _jobs;
    private readonly ISchedulerFactory _factory;
    private readonly JobHistory _history;
    private readonly IServiceProvider _services;

    internal JobBoard(IServiceProvider services)
    {
        _services = services;
        _jobs = [.. services.GetServices<RegisteredJob>().OrderBy(job => job.Name, StringComparer.Ordinal)];
        _factory = services.GetRequiredKeyedService<ISchedulerFactory>(JobRegistration.SchedulerName);
        _history = services.GetRequiredService<JobHistory>();
    }

    public async Task<IReadOnlyList<JobState>> ListAsync(CancellationToken cancellation)
    {
        var scheduler = await _factory.GetScheduler(cancellation);
        var last = (await _history.LastAsync(cancellation)).ToDictionary(run => run.Job, StringComparer.Ordinal);
        var states = new List<JobState>();
        foreach (var job in _jobs)
        {
            var trigger = await scheduler.GetTrigger(JobScheduler.TriggerOf(job.Name), cancellation);
            var texts = job.Create(_services);
            states.Add(new JobState(job.Name, texts.Japanese, texts.English, job.Schedule.Text, PageLanguage.Say(job.Schedule.Japanese, job.Schedule.English), trigger?.NextFireTimeUtc, last.GetValueOrDefault(job.Name)));
        }
        return states;
    }

    /// <param name="job">All jobs when null.</param>
    /// <param name="before">Only older runs, for the next page.</param>
    public Task<IReadOnlyList<JobRun>> ListRunsAsync(string? job, Guid? before, CancellationToken cancellation) => _history.ListAsync(job, before, PageSize, cancellation);

    /// <summary>Has a node of the cluster run the job now; if it is running, afterwards.</summary>
    /// <returns>False when there is no such job.</returns>
    public async Task<bool> RunNowAsync(string job, string askedBy, CancellationToken cancellation)
    {
        if (_jobs.All(known => known.Name != job)) return false;
        var scheduler = await _factory.GetScheduler(cancellation);
        if (!await scheduler.Exists(JobScheduler.KeyOf(job), cancellation)) return false; // no node that runs jobs has started yet
        await scheduler.TriggerJob(JobScheduler.KeyOf(job), new JobDataMap { [RunJob.AskedBy] = askedBy }, cancellation);
        return true;
    }

    /// <returns>How many; those that run stay.</returns>
    public Task<int> DeleteRunsBeforeAsync(DateTimeOffset before, DateTimeOffset succeededBefore, CancellationToken cancellation) => _history.DeleteBeforeAsync(before, succeededBefore, cancellation);
}
