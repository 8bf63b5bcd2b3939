using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Npgsql;
using Xunit;

namespace Akashi.Platform.Tests.Database;

/// <summary>The second wall between tenants: PostgreSQL itself, as the role that the service uses.</summary>
public sealed class TenantSessionTests : IAsyncLifetime
{
    private readonly TenantId _a = TenantId.New(TimeProvider.System);
    private readonly TenantId _b = TenantId.New(TimeProvider.System);
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.ExecuteAsOwnerAsync("""
            CREATE SCHEMA probe;
            GRANT USAGE ON SCHEMA probe TO akashi_app;
            CREATE TABLE probe.thing (tenant_id uuid NOT NULL, name text NOT NULL, PRIMARY KEY (tenant_id, name));
            ALTER TABLE probe.thing ENABLE ROW LEVEL SECURITY;
            CREATE POLICY tenant ON probe.thing USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
            GRANT SELECT, INSERT, UPDATE, DELETE ON probe.thing TO akashi_app;
            """);
        foreach (var tenant in new[] { _a, _b })
        {
            await using var session = await _database.Application.OpenAsync(tenant);
            await session.ExecuteAsync("INSERT INTO probe.thing VALUES (@tenant, 'mine')", new { tenant });
            await session.CommitAsync();
        }
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Query_WithoutAnyFilter_ShowsTheOwnTenantAlone()
    {
        await using var session = await _database.Application.OpenAsync(_a);
        Assert.Equal([_a.Value], await session.QueryAsync<Guid>("SELECT tenant_id FROM probe.thing"));
    }

    [Fact]
    public async Task Execute_OnAnotherTenantsRows_ChangesNothingAndInsertIsRefused()
    {
        await using var session = await _database.Application.OpenAsync(_a);
        Assert.Equal(0, await session.ExecuteAsync("UPDATE probe.thing SET name = 'taken' WHERE tenant_id = @b", new { b = _b }));
        Assert.Equal(0, await session.ExecuteAsync("DELETE FROM probe.thing WHERE tenant_id = @b", new { b = _b }));
        var error = await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync("INSERT INTO probe.thing VALUES (@b, 'planted')", new { b = _b }));
        Assert.Equal("42501", error.SqlState);
    }

    [Fact]
    public async Task Query_BeforeATenantIsKnown_RaisesAlsoOnAPooledConnectionThatHadOne()
    {
        await using (var session = await _database.Application.OpenAsync(_a)) await session.QueryAsync<string>("SELECT name FROM probe.thing");
        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAsync<PostgresException>(() => _database.Application.QueryBeforeTenantAsync<string>("SELECT name FROM probe.thing"));
    }

    [Fact]
    public async Task Connections_GoneBackToThePool_CarryNothingOn()
    {
        const string settings = "SELECT coalesce(current_setting('akashi.tenant', true), '') || ' ' || coalesce(current_setting('akashi.operator_grant', true), '') || ' ' || current_setting('plan_cache_mode') || ' ' || pg_backend_pid()";
        await using var database = new AkashiDatabase(_database.ApplicationConnection + ";Maximum Pool Size=1", _database.OperatorConnection);
        var before = Assert.Single(await database.QueryBeforeTenantAsync<string>(settings));
        Assert.Equal(["mine"], await database.QueryOnceAsync<string>(_a, "SELECT name FROM probe.thing"));
        Assert.Equal(before, Assert.Single(await database.QueryBeforeTenantAsync<string>(settings)));
        await using (var session = await database.OpenAsync(_a)) await session.ExecuteAsync("INSERT INTO probe.thing VALUES (@a, 'lost')", new { a = _a });
        await Assert.ThrowsAsync<PostgresException>(() => database.QueryOnceAsync<string>(_a, "SELECT name FROM probe.thing WHERE 1 / 0 = 1"));
        Assert.Equal(before, Assert.Single(await database.QueryBeforeTenantAsync<string>(settings)));
        await Assert.ThrowsAsync<PostgresException>(() => database.QueryBeforeTenantAsync<string>("SELECT name FROM probe.thing"));
        Assert.Equal(["mine"], await database.QueryOnceAsync<string>(_a, "SELECT name FROM probe.thing"));
    }

    [Fact]
    public async Task Dispose_WithoutCommit_RollsBack()
    {
        await using (var session = await _database.Application.OpenAsync(_a)) await session.ExecuteAsync("INSERT INTO probe.thing VALUES (@a, 'lost')", new { a = _a });
        await using var again = await _database.Application.OpenAsync(_a);
        Assert.Equal(["mine"], await again.QueryAsync<string>("SELECT name FROM probe.thing"));
    }

    [Fact]
    public async Task ApplicationRole_IsNeitherOwnerNorSuperuserNorPastRowSecurity()
    {
        var role = (await _database.QueryAsOwnerAsync<(bool Super, bool Bypass, bool CreateRole)>("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = 'akashi_app'"))[0];
        Assert.Equal((false, false, false), role);
        Assert.Empty(await _database.QueryAsOwnerAsync<string>("SELECT relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = 'akashi_app'"));
    }
}
