using Akashi.Platform.Database;
using Akashi.TestKit;
using Npgsql;
using Xunit;

namespace Akashi.Platform.Tests.Database;

public sealed class PrivateClusterTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    /// <summary>initdb writes PG_VERSION long before it is done.</summary>
    [Fact]
    public async Task Start_AfterAFirstStartThatWasKilled_BeginsAnewAndMendsWhatWasLeftOut()
    {
        var cluster = new PrivateCluster(_folder.File("pg"), _folder.File("s"), durable: false);
        Directory.CreateDirectory(_folder.File("pg/data/base"));
        await File.WriteAllTextAsync(_folder.File("pg/data/PG_VERSION"), "15", Cancellation);
        await File.WriteAllTextAsync(_folder.File("pg/initialising"), "", Cancellation);
        using (var first = await cluster.StartAsync(Cancellation))
        {
            await ExecuteAsync(cluster.AdminConnection, "REVOKE CONNECT ON DATABASE akashi FROM akashi_app; GRANT CONNECT ON DATABASE akashi TO PUBLIC"); // as if it died before the last two steps
            await PrivateCluster.StopAsync(first, Cancellation);
        }
        using var second = await cluster.StartAsync(Cancellation);
        try
        {
            await ExecuteAsync(cluster.ApplicationConnection, "SELECT 1");
            Assert.False(await ScalarAsync(cluster.AdminConnection, "SELECT has_database_privilege('pg_monitor', 'akashi', 'CONNECT')"));
        }
        finally
        {
            await PrivateCluster.StopAsync(second, Cancellation);
        }
    }

    private static async Task ExecuteAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task<bool> ScalarAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return (bool)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
