using System.Globalization;
using Akashi.Platform.Database;

namespace Akashi.Platform.Health;

/// <summary>Whether PostgreSQL answers quickly and has connections left.</summary>
internal sealed class DatabaseHealth(AkashiDatabase database) : HealthCheck
{
    private const double SlowMilliseconds = 500;
    private const double TooSlowMilliseconds = 3000;
    private const double ManyConnections = 0.8;
    private const double AlmostAllConnections = 0.95;

    private const string Connections = "SELECT count(*)::float8 / current_setting('max_connections')::float8 FROM pg_stat_activity WHERE backend_type = 'client backend'";

    public override string Id => "platform.database";
    public override string Japanese => "データベース";
    public override string English => "Database";

    public override async Task<HealthResult> RunAsync(CancellationToken cancellation)
    {
        var begin = TimeProvider.System.GetTimestamp();
        await database.QueryBeforeTenantAsync<int>("SELECT 1", cancellation: cancellation);
        var time = TimeProvider.System.GetElapsedTime(begin).TotalMilliseconds;
        var used = (await database.QueryBeforeTenantAsync<double>(Connections, cancellation: cancellation))[0];
        var (shownTime, shownUsed) = (time.ToString("N1", CultureInfo.InvariantCulture), used.ToString("P0", CultureInfo.InvariantCulture));
        if (HealthResult.Judge(used, ManyConnections, AlmostAllConnections) is var crowded and not HealthState.Ok)
            return new HealthResult(crowded, $"接続数が上限の {shownUsed} に達しています。ノード数と接続プールを見直すか、max_connections を増やしてください。", $"{shownUsed} of the connections are in use. Review the number of nodes and their pools, or raise max_connections.");
        return HealthResult.Judge(time, SlowMilliseconds, TooSlowMilliseconds) is var slow and not HealthState.Ok
            ? new HealthResult(slow, $"応答に {shownTime} ミリ秒かかりました。PostgreSQL の負荷とディスクを確認してください。", $"An answer took {shownTime} ms. Look at the load and the disk of PostgreSQL.")
            : HealthResult.Ok($"応答 {shownTime} ミリ秒、接続 {shownUsed}", $"Answers in {shownTime} ms, {shownUsed} of the connections in use");
    }
}
