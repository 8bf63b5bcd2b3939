using Akashi.Identity.Tenants;
using Akashi.Platform.Audit;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Akashi.Identity.Tests.Tenants;

public sealed class TenantRegisterTests : IAsyncLifetime
{
    private const string Waiting = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE a.datname = current_database() AND NOT l.granted";

    private TestServer _server = null!;
    private TwoTenants _tenants = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => (_server, _tenants) = await IdentityServer.StartOwnAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Change_ByTwoOperatorsAtOnce_ReplacesWhatTheOtherLeft()
    {
        await using var barrier = await LockAsync();
        var changes = Task.WhenAll(ChangeAsync("改名 一"), ChangeAsync("改名 二"));
        await WaitAsync(2);
        await barrier.DisposeAsync();
        Assert.All(await changes, Assert.True);
        var told = await _server.Database.QueryAsOwnerAsync<(string Before, string After)>("SELECT before ->> 'name', after ->> 'name' FROM platform.audit_entry WHERE action = 'contract.change'");
        Assert.Equal(2, told.Count);
        var last = Assert.Single(told, one => told.Any(other => other.After == one.Before)); // and the first replaced what was there before both
        Assert.Equal([last.After], await _server.Database.QueryAsOwnerAsync<string>("SELECT name FROM identity.tenant WHERE id = @Id", new { _tenants.A.Id }));
    }

    [Fact]
    public async Task Change_OfAContractThatIsErasedMeanwhile_IsRefused()
    {
        await using var barrier = await LockAsync("UPDATE identity.tenant SET status = 'erased' WHERE id = @id");
        var change = ChangeAsync("改名");
        await WaitAsync(1);
        await barrier.CommitAsync();
        Assert.False(await change);
        Assert.DoesNotContain("改名", await _server.Database.QueryAsOwnerAsync<string>("SELECT name FROM identity.tenant"));
    }

    private async Task<bool> ChangeAsync(string name)
    {
        var fields = new ContractFields(name, "standard", [], false, "2026-04-01", null, "申込 花子", "hanako@b.example", "送付 太郎", "taro@b.example");
        return (await _server.Services.GetRequiredService<TenantRegister>().ChangeAsync(_tenants.A.Id, fields, AuditActor.Service("test"), Cancellation)).TryGet(out _, out _);
    }

    private Task WaitAsync(int count) => TestWait.UntilAsync(async () => (await _server.Database.QueryAsOwnerAsync<long>(Waiting)).Single() == count, TimeSpan.FromSeconds(30), "the changes to wait");

    /// <summary>Holds the contract until it is disposed of, so that changes meet there.</summary>
    private async Task<Barrier> LockAsync(string sql = "SELECT id FROM identity.tenant WHERE id = @id FOR UPDATE")
    {
        var connection = new NpgsqlConnection(_server.Database.OwnerConnection);
        await connection.OpenAsync(Cancellation);
        var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.AddWithValue("id", _tenants.A.Id.Value);
        await command.ExecuteNonQueryAsync(Cancellation);
        return new Barrier(connection, transaction);
    }

    private sealed record Barrier(NpgsqlConnection Connection, NpgsqlTransaction Transaction) : IAsyncDisposable
    {
        public Task CommitAsync() => Transaction.CommitAsync(Cancellation);

        public async ValueTask DisposeAsync()
        {
            await Transaction.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }
}
