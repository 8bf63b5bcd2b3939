using System.Globalization;
using Akashi.Platform.Hosting;

namespace Akashi.Platform.Health;

/// <summary>Space below the data folder of the node that runs the checks.</summary>
internal sealed class DiskHealth(ServerOptions options) : HealthCheck
{
    private const double WarningShare = 0.15;
    private const double FailingShare = 0.05;
    private const long FailingBytes = 1L << 30;

    public override string Id => "platform.disk";
    public override string Japanese => "ディスクの空き容量";
    public override string English => "Disk space";

    public override Task<HealthResult> RunAsync(CancellationToken cancellation)
    {
        var drive = new DriveInfo(options.Data);
        return Task.FromResult(Judge(drive.AvailableFreeSpace, drive.TotalSize, Environment.MachineName));
    }

    internal static HealthResult Judge(long free, long total, string node)
    {
        var share = total > 0 ? (double)free / total : 0;
        var shown = $"{(free / (double)(1L << 30)).ToString("N1", CultureInfo.InvariantCulture)} GiB ({share.ToString("P0", CultureInfo.InvariantCulture)})";
        if (share >= WarningShare && free >= FailingBytes) return HealthResult.Ok($"{node}: 空き {shown}", $"{node}: {shown} free");
        return new HealthResult(
            share < FailingShare || free < FailingBytes ? HealthState.Failing : HealthState.Warning,
            $"{node} の空きが {shown} です。データ領域を広げるか、不要なファイルを移してください。満杯になると受信が止まります。",
            $"{node} has {shown} free. Grow the data volume or move other files away; once it is full, nothing more is received.");
    }
}
