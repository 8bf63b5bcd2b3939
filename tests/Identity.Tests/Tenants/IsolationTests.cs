using Akashi.Platform.Tenancy;
using Npgsql;

namespace Akashi.Identity.Tests.Tenants;

/// <summary>The second wall: the database itself shows a tenant nothing of another, whatever the statement.</summary>
public sealed class IsolationTests(IdentityServer fixture)
{
    /// <summary>Tables that are read before a tenant is known; each needs a reason in ADR 0003.</summary>
    [Fact]
    public async Task UniqueKeys_OfTenantTables_BeginWithTheTenant()
    {
        var wrong = await fixture.Server.Database.QueryAsOwnerAsync<string>("""
            SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
            WHERE c.relrowsecurity AND i.indisunique AND a.attname <> 'tenant_id'
            """);
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task EveryTable_ReadAsTenantA_HoldsNothingOfB()
    {
        await using var session = await fixture.Server.Database.Application.OpenAsync(fixture.Tenants.A.Id);
        foreach (var table in await TenantTablesAsync())
        {
            // Table names come from the catalogue, and cannot be parameters.
            var foreign = await session.QuerySingleAsync<long>($"SELECT count(*) FROM {table} WHERE tenant_id <> @tenant", new { tenant = fixture.Tenants.A.Id });
            Assert.True(foreign == 0, $"{table} shows {foreign} rows of other tenants");
        }
    }

    [Fact]
    public async Task EveryTable_WithoutATenant_Raises()
    {
        foreach (var table in await TenantTablesAsync())
            await Assert.ThrowsAsync<PostgresException>(() => fixture.Server.Database.Application.QueryBeforeTenantAsync<int>($"SELECT 1 FROM {table}"));
    }

    [Fact]
    public async Task Insert_ForAnotherTenant_IsRefused()
    {
        await using var session = await fixture.Server.Database.Application.OpenAsync(fixture.Tenants.A.Id);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync("""
            INSERT INTO identity.operator_access (tenant_id, id, at, operator_tenant_id, operator, request) VALUES (@tenant, gen_random_uuid(), now(), @tenant, 'x', 'x')
            """, new { tenant = fixture.Tenants.B.Id }));
        Assert.Equal("42501", refused.SqlState);
    }

    [Fact]
    public async Task QueryOnce_ThenWithoutATenant_Raises()
    {
        // The one-round-trip form must not leave its tenant behind on a pooled connection.
        var database = fixture.Server.Database.Application;
        for (var i = 0; i < 20; i++)
        {
            var own = await database.QueryOnceAsync<Guid>(fixture.Tenants.A.Id, "SELECT DISTINCT tenant_id FROM identity.user_account");
            Assert.Equal([fixture.Tenants.A.Id.Value], own);
            await Assert.ThrowsAsync<PostgresException>(() => database.QueryBeforeTenantAsync<int>("SELECT 1 FROM identity.user_account"));
        }
    }

    [Fact]
    public async Task ApplicationRole_OwnsNothingAndCannotPassPolicies()
    {
        var role = await fixture.Server.Database.QueryAsOwnerAsync<(bool Super, bool Bypass, long Owned)>("""
            SELECT r.rolsuper, r.rolbypassrls, (SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid) FROM pg_roles r WHERE r.rolname = 'akashi_app'
            """);
        Assert.Equal((false, false, 0L), Assert.Single(role));
    }

    private Task<IReadOnlyList<string>> TenantTablesAsync() => fixture.Server.Database.QueryAsOwnerAsync<string>("""
        SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND c.relrowsecurity ORDER BY 1
        """);
}
