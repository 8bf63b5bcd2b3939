using Akashi.Platform.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Quartz;

namespace Akashi.Platform.Jobs;

internal static class JobRegistration
{
    // A node that dies is noticed after about twenty seconds.
    private static readonly TimeSpan CheckIn = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CheckInPatience = TimeSpan.FromSeconds(10);
    private const int MaximumAtOnce = 8;

    public const string SchedulerName = "akashi";

    public static void AddJobs(this IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton<JobHistory>();
        services.AddSingleton<JobMetrics>();
        services.AddSingleton<JobLock>();
        services.AddSingleton<OperatorAlarms>();
        services.AddSingleton(provider => new JobBoard(provider));
        services.AddHostedService<JobScheduler>();
        // By name: a scheduler without one would put its clock in the place of the service's.
        services.AddQuartz(SchedulerName, quartz =>
        {
            quartz.ConfigureScheduler(scheduler => scheduler.GenerateInstanceId = true);
            // The clock of the machine: other nodes judge by it whether this one lives.
            quartz.UseTimeProvider(TimeProvider.System);
            quartz.UseDefaultThreadPool(MaximumAtOnce);
            quartz.AddJobType<RunJob>();
            quartz.UsePersistentStore(store =>
            {
                store.UsePostgres(NpgsqlFactory.Instance, options.ApplicationConnection);
                store.ConfigureStore(settings =>
                {
                    settings.TablePrefix = QuartzSchema.TablePrefix;
                    settings.StoreJobDataAsStrings = true;
                });
                store.UseClustering(cluster =>
                {
                    cluster.CheckinInterval = CheckIn;
                    cluster.CheckinMisfireThreshold = CheckInPatience;
                });
            });
        });
    }
}
