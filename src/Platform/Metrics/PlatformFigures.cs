using Akashi.Platform.Database;
using Akashi.Platform.Health;
using Akashi.Platform.Hosting;
using Akashi.Platform.Jobs;

namespace Akashi.Platform.Metrics;

/// <summary>Database, disk, queues and jobs.</summary>
internal sealed class PlatformFigures(AkashiDatabase database, ServerOptions options, TimeProvider clock) : MetricSource
{
    private static readonly TimeSpan FailedSince = TimeSpan.FromHours(24);

    private const string FailedJobs = $"SELECT count(*) FROM ({JobHistory.Newest}) AS newest WHERE outcome IN ('failed', 'lost')";

    public override async Task<IReadOnlyList<MetricSample>> SampleAsync(CancellationToken cancellation)
    {
        var drive = new DriveInfo(options.Data);
        List<MetricSample> samples =
        [
            new("akashi.disk.free", "By", "Free space below the data folder of this node.", drive.AvailableFreeSpace),
            new("akashi.disk.size", "By", "Size of that volume.", drive.TotalSize),
        ];
        try
        {
            await AddFromDatabaseAsync(samples, cancellation);
        }
        catch (Exception e) when (e is Npgsql.NpgsqlException or TimeoutException)
        {
            samples.Add(Up(0));
        }
        return samples;
    }

    private static MetricSample Up(int value) => new("akashi.database.up", "", "1 when PostgreSQL answers.", value);

    private async Task AddFromDatabaseAsync(List<MetricSample> samples, CancellationToken cancellation)
    {
        var begin = TimeProvider.System.GetTimestamp();
        await database.QueryBeforeTenantAsync<int>("SELECT 1", cancellation: cancellation);
        var roundTrip = TimeProvider.System.GetElapsedTime(begin).TotalSeconds;
        var now = clock.GetUtcNow();
        var mail = await MailTotals.ReadAsync(database, now - FailedSince, cancellation);
        var audit = (await database.QueryBeforeTenantAsync<long>("SELECT platform.audit_waiting()", cancellation: cancellation))[0];
        var failed = (await database.QueryBeforeTenantAsync<long>(FailedJobs, cancellation: cancellation))[0];
        samples.AddRange(
        [
            Up(1),
            new("akashi.database.round_trip", "s", "Time of an empty query.", roundTrip),
            new("akashi.mail.waiting", "{mail}", "Mails that wait to be sent.", mail.Waiting),
            new("akashi.mail.lag", "s", "Age of the oldest of them.", mail.OldestWaiting is { } oldest ? Math.Max(0, (now - oldest).TotalSeconds) : 0),
            new("akashi.mail.failed", "{mail}", "Mails of the last 24 hours that could not be sent.", mail.Failed),
            new("akashi.audit.waiting", "{entry}", "Audit entries that are committed and not in the Merkle log yet.", audit),
            new("akashi.jobs.failed", "{job}", "Jobs whose last run failed.", failed),
        ]);
        foreach (var queue in await WorkTotals.ReadAsync(database, now, cancellation))
        {
            samples.Add(new("akashi.work.waiting", "{signal}", "Background work that is due, by queue.", queue.Waiting, ("queue", queue.Queue)));
            samples.Add(new("akashi.work.lag", "s", "How long the oldest of it has been due.", queue.LagSeconds, ("queue", queue.Queue)));
        }
    }
}
