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
}
