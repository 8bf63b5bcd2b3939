using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Tenancy;
using Dapper;
using Npgsql;

namespace Akashi.Platform.Database;

/// <summary>The application's way into PostgreSQL: as a role that owns nothing and is subject to row-level security.</summary>
public sealed class AkashiDatabase : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlDataSource _operators;

    /// <param name="applicationConnection">Npgsql connection string of the application role.</param>
    /// <param name="operatorConnection">The same of the role that operators' requests on a customer's tenant use.</param>
    public AkashiDatabase(string applicationConnection, string operatorConnection)
    {
        DapperTypes.Register();
        _source = Open(applicationConnection);
        _operators = Open(operatorConnection);
    }

    /// <summary>A transaction that sees and writes one tenant.</summary>
    public Task<TenantSession> OpenAsync(TenantId tenant, CancellationToken cancellation = default) =>
        OperatorPath.GrantFor(tenant) is { } grant
            ? TenantSession.OpenAsync(_operators, tenant, grant, cancellation)
            : TenantSession.OpenAsync(_source, tenant, null, cancellation);

    /// <summary>
    /// One statement bound to one tenant, in a single round trip: PostgreSQL treats both statements as one transaction, so the
    /// setting ends with it. For checks that every request pays for: the plan is made once a connection, whatever the parameters
    /// are, for making it takes ten times as long as running it.
    /// </summary>
    public async Task<IReadOnlyList<T>> QueryOnceAsync<T>(TenantId tenant, string sql, object? parameters = null, CancellationToken cancellation = default)
    {
        if (OperatorPath.GrantFor(tenant) is not null)
        {
            await using var session = await OpenAsync(tenant, cancellation);
            var rows = await session.QueryAsync<T>(sql, parameters, cancellation);
            await session.CommitAsync(cancellation);
            return rows;
        }
        await using var connection = await _source.OpenConnectionAsync(cancellation);
        var all = new DynamicParameters(parameters);
        all.Add("akashiTenant", tenant.Value.ToString());
        await using var results = await connection.QueryMultipleAsync(
            new CommandDefinition("SELECT set_config('akashi.tenant', @akashiTenant, true), set_config('plan_cache_mode', 'force_generic_plan', true);" + sql, all, cancellationToken: cancellation));
        await results.ReadAsync<string>();
        return (await results.ReadAsync<T>()).AsList();
    }

    /// <summary>
    /// Runs one statement without a tenant. Only the tables named in <c>docs/adr/0003-tenant-isolation.md</c> answer;
    /// row-level security makes every other one raise.
    /// </summary>
    public async Task<IReadOnlyList<T>> QueryBeforeTenantAsync<T>(string sql, object? parameters = null, CancellationToken cancellation = default)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellation))).AsList();
    }

    public async Task<int> ExecuteBeforeTenantAsync(string sql, object? parameters = null, CancellationToken cancellation = default)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _operators.DisposeAsync();
    }

    /// <summary>
    /// Connections are not reset when they go back, which would cost each borrower a tenth of a millisecond: whatever is set is set for
    /// a transaction alone, which a test sees to.
    /// </summary>
    private static NpgsqlDataSource Open(string connection) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { NoResetOnClose = true });
}
