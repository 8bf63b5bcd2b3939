using System.Globalization;
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
    public abstract Task<JobMessage> RunAsync(CancellationToken cancellation);
}

/// <summary>How a run went, in a line.</summary>
public sealed record JobMessage(string Japanese, string English);

/// <summary>When a job runs.</summary>
public sealed record JobSchedule
{
    private JobSchedule(string text) => Text = text;

    internal string Text { get; }

    internal string? CronExpression { get; private init; }

    internal TimeSpan Interval { get; private init; }

    /// <summary>For people, for example 毎日 03:30.</summary>
    internal string Japanese => Words().Japanese;

    internal string English => Words().English;

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

    // Of Quartz's many forms the two that jobs use; another is shown as it is.
    private (string Japanese, string English) Words()
    {
        if (CronExpression is null) return Interval.Ticks % TimeSpan.TicksPerDay == 0 ? Often(Interval.Days, "日", "day")
            : Interval.Ticks % TimeSpan.TicksPerHour == 0 ? Often((int)Interval.TotalHours, "時間", "hour")
            : Interval.Ticks % TimeSpan.TicksPerMinute == 0 ? Often((int)Interval.TotalMinutes, "分", "minute")
            : Often((int)Interval.TotalSeconds, "秒", "second");
        return CronExpression.Split(' ') switch
        {
            ["0", var minute, "*", "*", "*", "?"] when IsNumber(minute, out var past) => ($"毎時 {past:00} 分", $"hourly at {past:00} past"),
            ["0", var minute, var hour, "*", "*", "?"] when IsNumber(minute, out var past) && IsNumber(hour, out var at) => ($"毎日 {at:00}:{past:00}", $"daily at {at:00}:{past:00}"),
            _ => (Text, Text),
        };
    }

    private static (string Japanese, string English) Often(int count, string japanese, string english) => ($"{count} {japanese}ごと", count == 1 ? $"every {english}" : $"every {count} {english}s");

    private static bool IsNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
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
