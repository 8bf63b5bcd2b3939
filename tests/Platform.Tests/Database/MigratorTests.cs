using Akashi.Platform.Database;
using Akashi.TestKit;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Akashi.Platform.Tests.Database;

public sealed class MigratorTests : IAsyncLifetime
{
    private const int Seconds = 30;

    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.ExecuteAsOwnerAsync("CREATE SCHEMA probe; CREATE TABLE probe.busy (id integer)");
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    /// <summary>A change that waits for a table holds up everybody who comes after it, though they would only read.</summary>
    [Fact]
    public async Task Apply_TableInUseByALongTransaction_LetsOthersPassAndIsDoneAfterwards()
    {
        await using var connection = new NpgsqlConnection(_database.OwnerConnection);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("SELECT count(*) FROM probe.busy", transaction: transaction);

        var migrating = new Migrator(_database.OwnerConnection, NullLogger.Instance).ApplyAsync([typeof(MigratorTests).Assembly], TestContext.Current.CancellationToken);
        const string waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'probe.busy'::regclass AND NOT granted";
        await TestWait.UntilAsync(async () => (await _database.QueryAsOwnerAsync<long>(waiting)).Single() == 1, TimeSpan.FromSeconds(Seconds), "the migration to wait");
        await using (var reader = new NpgsqlConnection(_database.OwnerConnection))
            Assert.Equal(0, await reader.QuerySingleAsync<long>("SELECT count(*) FROM probe.busy", commandTimeout: Seconds));
        Assert.False(migrating.IsCompleted);

        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await migrating);
    }

    [Fact]
    public async Task Apply_WhileAnotherServerMigrates_WaitsHoweverLongThatTakes()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var other = new NpgsqlConnection(_database.OwnerConnection + ";Pooling=false");
        await other.OpenAsync(cancellation);
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_lock(x'616B61736869'::bigint)", other)) await take.ExecuteNonQueryAsync(cancellation);
        var waiting = new Migrator(_database.OwnerConnection + ";Command Timeout=1", NullLogger.Instance).ApplyAsync([typeof(Migrator).Assembly], cancellation);
        const string longer = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory' AND now() - query_start > interval '2 seconds')";
        await TestWait.UntilAsync(async () => waiting.IsCompleted || (await _database.QueryAsOwnerAsync<bool>(longer)).Single(), TimeSpan.FromSeconds(20), "the migrator to have waited longer than a command may take");
        Assert.False(waiting.IsCompleted);
        await other.CloseAsync();
        Assert.Equal(0, await waiting);
    }
}
