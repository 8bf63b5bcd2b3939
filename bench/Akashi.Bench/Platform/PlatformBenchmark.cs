namespace Akashi.Bench.Platform;

/// <summary>What every module pays for: one row a service of the platform, all against one running service.</summary>
internal static class PlatformBenchmark
{
    private static readonly Func<PlatformSetting, BenchReport, Task>[] Rows =
    [
        PageTimes.RunAsync,
        SessionCheck.RunAsync,
        AuditAppend.RunAsync,
        MailEnqueue.RunAsync,
        JobLatency.RunAsync,
        NoisyTenant.RunAsync,
    ];

    public static Task RunAsync(BenchReport report) => RunAsync(report, Rows);

    public static Task RunNoisyTenantAsync(BenchReport report) => RunAsync(report, [NoisyTenant.RunAsync]);

    private static async Task RunAsync(BenchReport report, Func<PlatformSetting, BenchReport, Task>[] rows)
    {
        await using var service = await BenchService.StartAsync(withAgent: false);
        await using var setting = await PlatformSetting.OpenAsync(service);
        await LargeService.FillAsync(setting);
        foreach (var row in rows) await row(setting, report);
    }
}
