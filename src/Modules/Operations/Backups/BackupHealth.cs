using System.Globalization;
using Akashi.Platform.Database;
using Akashi.Platform.Health;
using Akashi.Platform.Hosting;

namespace Akashi.Operations.Backups;

/// <summary>How old the newest whole backup is that the nightly job made.</summary>
internal sealed class BackupHealth(AkashiDatabase database, ServerOptions options, TimeProvider clock) : HealthCheck
{
    private static readonly TimeSpan Old = TimeSpan.FromHours(26);
    private static readonly TimeSpan TooOld = TimeSpan.FromHours(50);

    private const string Newest = "SELECT max(ended_at) FROM platform.job_run WHERE job = @job AND outcome = 'succeeded'";

    public override string Id => "operations.backup";
    public override string Japanese => "バックアップ";
    public override string English => "Backup";

    public override async Task<HealthResult> RunAsync(CancellationToken cancellation)
    {
        if (options.Backup.To.Length == 0)
            return new HealthResult(options.Production ? HealthState.Warning : HealthState.Ok, "バックアップ先が設定されていません。config.json の backup.to に保存先を設定してください。", "No place for backups. Set backup.to in config.json.");
        var newest = (await database.QueryBeforeTenantAsync<DateTime?>(Newest, new { job = NightlyBackup.Name }, cancellation))[0];
        if (newest is not { } at)
            return HealthResult.Warning("全体のバックアップがまだありません。「ジョブ」から今すぐ実行してください。", "There is no whole backup yet. Run it now under Jobs.");
        var age = clock.GetUtcNow().UtcDateTime - at;
        var hours = ((long)age.TotalHours).ToString(CultureInfo.InvariantCulture);
        return HealthResult.Judge(age, Old, TooOld) is var state and not HealthState.Ok
            ? new HealthResult(state, $"最新の全体バックアップは {hours} 時間前のものです。「ジョブ」で失敗の理由と、保存先の空きと権限を確認してください。", $"The newest whole backup is {hours} hours old. See under Jobs why, and check space and rights where backups go.")
            : HealthResult.Ok($"最新は {hours} 時間前", $"The newest is {hours} hours old");
    }
}
