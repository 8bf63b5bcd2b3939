using System.Globalization;
using Akashi.Platform.Database;

namespace Akashi.Platform.Health;

/// <summary>This node's clock beside the database's: times of evidence and expiries come from both.</summary>
internal sealed class ClockHealth(AkashiDatabase database, TimeProvider clock) : HealthCheck
{
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Wrong = TimeSpan.FromSeconds(30);

    public override string Id => "platform.clock";
    public override string Japanese => "時計";
    public override string English => "Clock";

    public override async Task<HealthResult> RunAsync(CancellationToken cancellation)
    {
        var before = clock.GetUtcNow();
        var there = (await database.QueryBeforeTenantAsync<DateTime>("SELECT clock_timestamp()", cancellation: cancellation))[0];
        var after = clock.GetUtcNow();
        // Inside the round trip nothing can be told.
        var apart = there < before.UtcDateTime ? before.UtcDateTime - there : there > after.UtcDateTime ? there - after.UtcDateTime : TimeSpan.Zero;
        var shown = apart.TotalSeconds.ToString("N1", CultureInfo.InvariantCulture);
        return HealthResult.Judge(apart, Noticeable, Wrong) is var state and not HealthState.Ok
            ? new HealthResult(state, $"このノード ({Environment.MachineName}) の時計がデータベースと {shown} 秒ずれています。両方の時刻同期 (NTP) を確認してください。", $"The clock of {Environment.MachineName} and the database's are {shown} s apart. Check time synchronisation (NTP) on both.")
            : HealthResult.Ok($"データベースとの差 {shown} 秒", $"{shown} s apart from the database");
    }
}
