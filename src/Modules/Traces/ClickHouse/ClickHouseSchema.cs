using System.Globalization;
using Akashi.Platform.Errors;
using Akashi.Traces.Search;

namespace Akashi.Traces.ClickHouse;

/// <summary>
/// Tables, made and changed by numbered steps that are written down there; each may run twice, so two nodes may begin at once. What newer servers have is used
/// when they have it: compression by column, and an index over the words.
/// </summary>
internal sealed class ClickHouseSchema(ClickHouseServer server) : IDisposable
{
    private const string Local = "traces_local";
    private const int ClusterSeconds = 20;
    private static readonly Version Oldest = Version.Parse(ClickHouseServer.Oldest);

    /// <summary>Codecs by column and skipping indexes without a setting.</summary>
    private static readonly Version Modern = new(20, 3);

    private readonly SemaphoreSlim _once = new(1, 1);
    private volatile bool _isReady;

    /// <summary>What is asked, and written to.</summary>
    public string Table => $"{server.Database}.traces";

    /// <summary>What has the rows on each server.</summary>
    public string Stored => server.Cluster.Length == 0 ? Table : $"{server.Database}.{Local}";

    private string OnCluster => server.Cluster.Length == 0 ? "" : $" ON CLUSTER {server.Cluster}";

    /// <exception cref="TraceStoreException">The server is away or too old.</exception>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        if (_isReady) return;
        await _once.WaitAsync(cancellation);
        try
        {
            if (_isReady) return;
            var text = await server.ReadAsync("SELECT version()", cancellation);
            if (VersionOf(text) is not { } version || version < Oldest) throw new TraceStoreException(new TraceStoreTooOld(text));
            await EverywhereAsync($"CREATE DATABASE IF NOT EXISTS {server.Database}{OnCluster}", cancellation);
            await EverywhereAsync($"CREATE TABLE IF NOT EXISTS {server.Database}.akashi_schema{OnCluster} (version UInt32, applied DateTime) ENGINE = {Engine("MergeTree", "akashi_schema", "all", "{shard}-{replica}")} ORDER BY version", cancellation);
            var applied = uint.Parse(await server.ReadAsync($"SELECT max(version) FROM {server.Database}.akashi_schema", cancellation), CultureInfo.InvariantCulture);
            var steps = Steps(version);
            for (var step = (int)applied; step < steps.Count; step++)
            {
                foreach (var statement in steps[step]) await EverywhereAsync(statement, cancellation);
                await server.ExecuteAsync($"INSERT INTO {server.Database}.akashi_schema SELECT {step + 1}, now()", cancellation);
            }
            _isReady = true;
        }
        finally
        {
            _once.Release();
        }
    }

    public void Dispose() => _once.Dispose();

    internal static Version? VersionOf(string text)
    {
        var parts = text.Split('.');
        return parts.Length >= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? new Version(major, minor)
            : null;
    }

    /// <summary>A server that is down does it when it comes up; what follows fails if it was not done on this one.</summary>
    private async Task EverywhereAsync(string statement, CancellationToken cancellation)
    {
        try
        {
            await server.ExecuteAsync(statement, cancellation, ClusterSeconds);
        }
        catch (TraceStoreException e) when (e.Failure is SearchTimedOut && server.Cluster.Length > 0)
        {
        }
    }

    /// <summary>Only ever added to.</summary>
    private List<string[]> Steps(Version version)
    {
        var zstd = version >= Modern ? " CODEC(ZSTD(3))" : "";
        var index = version >= Modern ? ", INDEX words_index words TYPE tokenbf_v1(65536, 3, 0) GRANULARITY 1" : "";
        var columns = $"""
            keep UInt16, day Int32, tenant String, tmid String, time Int64, batch String, number Int32, load Int64, received Int64, zone Int16, flags UInt8, ending UInt8,
            line String{zstd}, words String{zstd}, has UInt64, keys Array(String), vals Array(String), raws Array(String), {string.Join(", ", TraceColumns.Keys.Select((_, place) => $"{TraceColumns.Name(place)} String"))}
            """;
        var order = "PARTITION BY (keep, day) ORDER BY (tenant, tmid, time, batch, number)";
        if (server.Cluster.Length == 0) return [[$"CREATE TABLE IF NOT EXISTS {Table} ({columns}{index}) ENGINE = MergeTree {order}"]];
        return
        [
            [
                $"CREATE TABLE IF NOT EXISTS {Stored}{OnCluster} ({columns}{index}) ENGINE = {Engine("MergeTree", Local, "{shard}", "{replica}")} {order}",
                $"CREATE TABLE IF NOT EXISTS {Table}{OnCluster} ({columns}) ENGINE = Distributed({server.Cluster}, {server.Database}, {Local}, sipHash64(tmid))",
            ],
        ];
    }

    private string Engine(string kind, string table, string shard, string replica) =>
        server.Cluster.Length == 0 ? $"{kind}()" : $"Replicated{kind}('/clickhouse/tables/{server.Database}.{table}/{shard}', '{replica}')";
}
