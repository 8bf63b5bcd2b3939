using Akashi.Platform.Backup;
using Akashi.Platform.Hosting;
using Akashi.Platform.Jobs;

namespace Akashi.Operations.Backups;

/// <summary>A whole generation each night.</summary>
internal sealed class NightlyBackup(BackupRun backup, ServerOptions options) : ServiceJob
{
    public const string Name = "backup.whole";

    public override string Japanese => "バックアップ (毎晩、全体)";

    public override string English => "Backup, whole, each night";

    public static JobSchedule Schedule => JobSchedule.Cron("0 30 2 * * ?");

    public override Task<JobMessage> RunAsync(CancellationToken cancellation) => RunAsync(backup, options, logOnly: false, cancellation);

    internal static async Task<JobMessage> RunAsync(BackupRun backup, ServerOptions options, bool logOnly, CancellationToken cancellation)
    {
        if (options.Backup.To.Length == 0) return new("保存先 (backup.to) が設定されていないため、バックアップしていません", "backup.to is not set: nothing was backed up");
        var manifest = await backup.RunAsync(options.Backup.To, logOnly, cancellation);
        return new(
            $"世代 {manifest.Generation} の {manifest.Run} 回目、ファイル {manifest.FileCount} 個、{manifest.FileBytes} バイト",
            $"generation {manifest.Generation} run {manifest.Run}, {manifest.FileCount} files, {manifest.FileBytes} bytes");
    }
}

/// <summary>What changed since, every hour: the write-ahead log and new files.</summary>
internal sealed class HourlyBackup(BackupRun backup, ServerOptions options) : ServiceJob
{
    public const string Name = "backup.log";

    public override string Japanese => "バックアップ (毎時、差分)";

    public override string English => "Backup, changes, each hour";

    public static JobSchedule Schedule => JobSchedule.Cron("0 45 * * * ?");

    public override Task<JobMessage> RunAsync(CancellationToken cancellation) => NightlyBackup.RunAsync(backup, options, logOnly: true, cancellation);
}
