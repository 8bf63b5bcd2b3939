using Akashi.Platform.Tenancy;
using Dapper;
using Npgsql;

namespace Akashi.Platform.Database;

/// <summary>
/// One transaction bound to one tenant. Row-level security shows and accepts that tenant's rows alone.
/// Disposing without <see cref="CommitAsync"/> rolls back.
/// </summary>
public sealed class TenantSession : IAsyncDisposable
{
    private const string SetTenant = "SELECT set_config('akashi.tenant', $1, true)";
    private const string SetTenantAndGrant = "SELECT set_config('akashi.tenant', $1, true), set_config('akashi.operator_grant', $2, true)";

    private readonly NpgsqlTransaction _transaction;
    private List<Action>? _afterCommit;

    private TenantSession(TenantId tenant, NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (Tenant, Connection, _transaction) = (tenant, connection, transaction);

    public TenantId Tenant { get; }

    public NpgsqlConnection Connection { get; }

    internal static async Task<TenantSession> OpenAsync(NpgsqlDataSource source, TenantId tenant, Guid? operatorGrant, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            // Npgsql sends BEGIN with the first command, so tenant and transaction begin in one round trip. The setting is
            // local to the transaction: a pooled connection cannot carry it to the next borrower.
            var transaction = await connection.BeginTransactionAsync(cancellation);
            await using var command = new NpgsqlCommand(operatorGrant is null ? SetTenant : SetTenantAndGrant, connection, transaction);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = tenant.Value.ToString() });
            if (operatorGrant is { } grant) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = grant.ToString() });
            await command.ExecuteNonQueryAsync(cancellation);
            return new TenantSession(tenant, connection, transaction);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null, CancellationToken cancellation = default) =>
        (await Connection.QueryAsync<T>(Command(sql, parameters, cancellation))).AsList();

    public Task<T?> QueryFirstOrDefaultAsync<T>(string sql, object? parameters = null, CancellationToken cancellation = default) =>
        Connection.QueryFirstOrDefaultAsync<T>(Command(sql, parameters, cancellation));

    public Task<T> QuerySingleAsync<T>(string sql, object? parameters = null, CancellationToken cancellation = default) =>
        Connection.QuerySingleAsync<T>(Command(sql, parameters, cancellation));

    public Task<int> ExecuteAsync(string sql, object? parameters = null, CancellationToken cancellation = default) =>
        Connection.ExecuteAsync(Command(sql, parameters, cancellation));

    public async Task CommitAsync(CancellationToken cancellation = default)
    {
        await _transaction.CommitAsync(cancellation);
        foreach (var action in _afterCommit ?? []) action();
    }

    /// <summary>Runs in this process once the transaction is committed, and not at all when it is rolled back. Must not throw.</summary>
    public void AfterCommit(Action action) => (_afterCommit ??= []).Add(action);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }

    private CommandDefinition Command(string sql, object? parameters, CancellationToken cancellation) =>
        new(sql, parameters, _transaction, cancellationToken: cancellation);
}
