using System.Globalization;
using Akashi.Platform.Calendar;
using Akashi.Platform.Health;
using Akashi.Platform.Jobs;
using Akashi.Platform.Web;
using Microsoft.Extensions.Logging;

namespace Akashi.Operations.Health;

/// <summary>Runs every check, keeps what it found, and tells the operators by mail what turned bad or well.</summary>
internal sealed partial class HealthJob(
    IEnumerable<HealthCheck> checks, HealthLog log, Maintenance maintenance, OperatorAlarms alarms, ServiceHosts hosts, TimeProvider clock, ILogger<HealthJob> logger) : ServiceJob
{
    public const string Name = "operations.health";
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Never more than one mail a check and hour; what is due then waits.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromHours(1);

    /// <summary>How long one check may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public override string Japanese => "サービスの状態の確認";
    public override string English => "Checks of the service's health";

    public override async Task<JobMessage> RunAsync(CancellationToken cancellation)
    {
        var results = await Task.WhenAll(checks.Select(async check => (Check: check, Result: await RunAsync(check, cancellation))));
        var silent = await maintenance.IsUnderWayAsync(cancellation);
        var mails = 0;
        foreach (var (check, result) in results)
        {
            var (previous, told) = await log.StoreAsync(check.Id, result, cancellation);
            // What is due during announced maintenance stays due: it is told afterwards if it still holds.
            if (silent || AlarmRule.Due(previous, result.State, told) is not { } due) continue;
            if (!await MailAsync(check, result, due, cancellation)) continue;
            await log.TellAsync(check.Id, due, cancellation);
            mails++;
        }
        await log.PruneAsync(cancellation);
        var bad = results.Count(one => one.Result.State != HealthState.Ok);
        return new($"{results.Length} 件中 {bad} 件に異常、メール {mails} 通", $"{bad} of {results.Length} not well, {mails} mails");
    }

    private async Task<HealthResult> RunAsync(HealthCheck check, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            // A check that does not heed its token must not hold up the others.
            return await Task.Run(() => check.RunAsync(limit.Token), limit.Token).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return HealthResult.Failing($"{Patience.TotalSeconds} 秒以内に確認できませんでした。負荷とサーバーのログを確認してください。", $"No answer within {Patience.TotalSeconds} s. Look at the load and the server's log.");
        }
        catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
        {
            LogFailed(e, check.Id);
            return HealthResult.Failing($"確認できませんでした ({e.GetType().Name})。原因はサーバーのログにあります。", $"The check broke ({e.GetType().Name}). The cause is in the server's log.");
        }
    }

    private Task<bool> MailAsync(HealthCheck check, HealthResult result, HealthState due, CancellationToken cancellation)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Name"] = check.Japanese, // alarms go out in Japanese
            ["Level"] = due == HealthState.Failing ? "異常" : "注意",
            ["Since"] = clock.GetUtcNow().ToOffset(JstDay.Offset).ToString("yyyy/MM/dd HH:mm", CultureInfo.InvariantCulture),
            ["Message"] = result.Japanese,
            ["Address"] = hosts.OriginOf(ServiceHost.Console) + HealthRoutes.Path,
        };
        return alarms.RaiseAsync("health/" + check.Id, Quiet, due == HealthState.Ok ? HealthMails.Recovered : HealthMails.Bad, values, cancellation);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The health check {Check} broke.")]
    private partial void LogFailed(Exception exception, string check);
}
