using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Quartz;

namespace Akashi.Platform.Jobs;

/// <summary>Work of the service as a whole that comes round again, on one node at a time. Registered with <see cref="JobServices.AddJob{TJob}"/>.</summary>
public abstract class ServiceJob
{
    /// <summary>What it does, for operators.</summary>
    public abstract string Japanese { get; }

    public abstract string English { get; }

    /// <summary>
    /// Does the work. A node may die in the middle: the work must be safe to repeat. The token is cancelled when the service stops.
    /// An exception means failed; the operator is told by mail.
    /// </summary>
    /// <returns>One line for the history, for example how much was done. No customer data, no secrets.</returns>
    public abstract Task<string> RunAsync(CancellationToken cancellation);
}

/// <summary>When a job runs.</summary>
public sealed record JobSchedule
{
    private JobSchedule(string text) => Text = text;

    internal string Text { get; }

    internal string? CronExpression { get; private init; }

    internal TimeSpan Interval { get; private init; }

    /// <summary>By the clock in Japan.</summary>
    /// <param name="expression">Quartz's form, seconds first: <c>0 30 3 * * ?</c> is every day at 03:30.</param>
    /// <exception cref="FormatException">It is no such expression.</exception>
    public static JobSchedule Cron(string expression)
    {
        _ = Quartz.CronExpression.Parse(expression);
        return new JobSchedule(expression + " JST") { CronExpression = expression };
    }

    /// <param name="interval">At least a second.</param>
    public static JobSchedule Every(TimeSpan interval) =>
        interval >= TimeSpan.FromSeconds(1) ? new JobSchedule(interval.ToString("c")) { Interval = interval } : throw new ArgumentOutOfRangeException(nameof(interval), interval, "At least a second.");
}

/// <summary>A job as the scheduler knows it.</summary>
/// <param name="Recover">Whether another node runs it at once when its node dies in the middle; otherwise it waits for its next time.</param>
internal sealed record RegisteredJob(string Name, JobSchedule Schedule, bool Recover, Func<IServiceProvider, ServiceJob> Create);

public static class JobServices
{
    /// <param name="name">Stable, for example <c>identity.clean-up</c>.</param>
    /// <param name="recover">Whether another node runs it at once when its node dies in the middle; otherwise it waits for its next time.</param>
    public static IServiceCollection AddJob<TJob>(this IServiceCollection services, string name, JobSchedule schedule, bool recover = true) where TJob : ServiceJob
    {
        services.TryAddSingleton<TJob>();
        return services.AddSingleton(new RegisteredJob(name, schedule, recover, provider => provider.GetRequiredService<TJob>()));
    }
}
