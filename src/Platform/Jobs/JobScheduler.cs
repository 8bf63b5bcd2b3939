using Akashi.Platform.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Akashi.Platform.Jobs;

/// <summary>Brings the schedules of this server's jobs into the cluster's store, runs what is due, and marks runs whose node died.</summary>
internal sealed partial class JobScheduler(
    [FromKeyedServices(JobRegistration.SchedulerName)] ISchedulerFactory factory, IEnumerable<RegisteredJob> jobs, JobHistory history, ServerOptions options, ILogger<JobScheduler> logger) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);
    private static readonly TimeZoneInfo JapanTime = TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo");

    /// <summary>A node appears in the cluster's list with its first check-in.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    public static JobKey KeyOf(string job) => new(job);

    public static TriggerKey TriggerOf(string job) => new(job);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.RunJobs) return;
        IScheduler? scheduler = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                scheduler ??= await StartAllAsync(stoppingToken);
                await history.MarkLostAsync(Grace, stoppingToken);
            }
            catch (Exception e) when (e is not OutOfMemoryException && !stoppingToken.IsCancellationRequested)
            {
                // The database is away; schedules are kept in it and wait.
                LogFailed(e);
            }
            await Task.Delay(Look, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (scheduler is not null) await scheduler.Shutdown(waitForJobsToComplete: true, CancellationToken.None);
    }

    private async Task<IScheduler> StartAllAsync(CancellationToken cancellation)
    {
        var scheduler = await factory.GetScheduler(cancellation);
        foreach (var job in jobs) await EnsureAsync(scheduler, job, cancellation);
        await scheduler.Start(cancellation);
        return scheduler;
    }

    /// <summary>A schedule that is there already is left alone: setting it anew at each start would put off what runs seldom for ever.</summary>
    private static async Task EnsureAsync(IScheduler scheduler, RegisteredJob job, CancellationToken cancellation)
    {
        var detail = JobBuilder.Create<RunJob>().WithIdentity(KeyOf(job.Name)).StoreDurably().RequestRecovery(job.Recover).Build();
        var known = await scheduler.GetTrigger(TriggerOf(job.Name), cancellation);
        var stored = await scheduler.GetJobDetail(KeyOf(job.Name), cancellation);
        if (known?.Description == job.Schedule.Text && stored?.RequestsRecovery == job.Recover) return;
        await scheduler.ScheduleJob(detail, [TriggerFor(job)], ScheduleJobOptions.Replacing, cancellation);
    }

    private static ITrigger TriggerFor(RegisteredJob job)
    {
        var trigger = TriggerBuilder.Create().WithIdentity(TriggerOf(job.Name)).WithDescription(job.Schedule.Text);
        // Whatever was missed while no server ran is made up for once.
        return job.Schedule.CronExpression is { } expression
            ? trigger.WithSchedule(CronScheduleBuilder.Create(expression).InTimeZone(JapanTime).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)).Build()
            : trigger.WithSchedule(SimpleScheduleBuilder.Create().WithInterval(job.Schedule.Interval).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NowWithExistingCount)).Build();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Jobs cannot be scheduled; the next try is in a few seconds.")]
    private partial void LogFailed(Exception exception);
}
