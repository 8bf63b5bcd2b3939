using Akashi.Platform.Hosting;

namespace Akashi.TestKit.ClickHouse;

/// <summary>Two shards of two replicas each, with their ZooKeeper, configured as the manual says.</summary>
public sealed class TestClickHouseCluster : IAsyncDisposable
{
    public const string Name = "traces";

    private readonly TestZooKeeper _zooKeeper;

    private TestClickHouseCluster(TestZooKeeper zooKeeper, IReadOnlyList<TestClickHouse> servers) => (_zooKeeper, Servers) = (zooKeeper, servers);

    /// <summary>Replicas of the first shard, then those of the second.</summary>
    public IReadOnlyList<TestClickHouse> Servers { get; }

    public static string? WhySkipped => TestClickHouse.WhySkipped ?? TestZooKeeper.WhySkipped;

    public static async Task<TestClickHouseCluster> StartAsync()
    {
        var cluster = new TestClickHouseCluster(await TestZooKeeper.StartAsync(), [.. Enumerable.Range(0, 4).Select(_ => new TestClickHouse())]);
        try
        {
            foreach (var (index, server) in cluster.Servers.Index()) await server.StartAsync(cluster.Configuration(index));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public ClickHouseOptions Options(string database) => Servers[0].Options(database) with { Urls = [.. Servers.Select(server => server.Url)], Cluster = Name };

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers) await server.DisposeAsync();
        await _zooKeeper.DisposeAsync();
    }

    private string Configuration(int index) => $"""
        <zookeeper><node><host>127.0.0.1</host><port>{_zooKeeper.Port}</port></node></zookeeper>
        <distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl>
        <macros><shard>{index / 2}</shard><replica>{index % 2}</replica></macros>
        <remote_servers><{Name}>{string.Concat(Servers.Chunk(2).Select(shard => $"<shard><internal_replication>true</internal_replication>{string.Concat(shard.Select(Replica))}</shard>"))}</{Name}></remote_servers>
        """;

    private static string Replica(TestClickHouse server) => $"<replica><host>127.0.0.1</host><port>{server.NativePort}</port></replica>";
}
