using Akashi.Platform.Health;

namespace Akashi.Traces.ClickHouse;

/// <summary>Whether ClickHouse answers, on each address, and is new enough.</summary>
internal sealed class ClickHouseHealth(ClickHouseServer server) : HealthCheck
{
    private static readonly Version Oldest = Version.Parse(ClickHouseServer.Oldest);

    public override string Id => "traces.clickhouse";
    public override string Japanese => "証跡検索のデータベース (ClickHouse)";
    public override string English => "Database of the trace search (ClickHouse)";

    public override async Task<HealthResult> RunAsync(CancellationToken cancellation)
    {
        var versions = await server.VersionsAsync(cancellation);
        var away = string.Join(", ", versions.Where(address => address.Version is null).Select(address => address.Address.Authority));
        if (versions.FirstOrDefault(address => address.Version is { } text && !(ClickHouseSchema.VersionOf(text) >= Oldest)).Version is { } old)
            return HealthResult.Failing($"版 {old} は古すぎます。{ClickHouseServer.Oldest} 以降に更新してください。", $"Version {old} is too old. Upgrade to {ClickHouseServer.Oldest} or later.");
        if (versions.All(address => address.Version is null))
            return HealthResult.Failing($"どのサーバーも応答しません ({away})。証跡は受領してアーカイブに保管しています。ClickHouse を起動してください。", $"No server answers ({away}). Traces are received and kept in the archive. Start ClickHouse.");
        return away.Length > 0
            ? HealthResult.Warning($"応答しないサーバーがあります: {away}", $"Servers that do not answer: {away}")
            : HealthResult.Ok($"{versions[0].Version}、{versions.Count} 台", $"{versions[0].Version}, {versions.Count} servers");
    }
}
