using Akashi.TestKit;
using Xunit;

namespace Akashi.Architecture.Tests;

/// <summary>The schema as the migrations of all modules leave it.</summary>
public sealed class TenantTableTests : IAsyncLifetime
{
    /// <summary>Read before a tenant is known; docs/adr/0003-tenant-isolation.md says why for each.</summary>
    private static readonly string[] BeforeTenant = ["platform.migration", "platform.web_key", "platform.signal", "platform.node", "platform.business_hours", "platform.calendar_day", "platform.job_run", "platform.operator_alarm", "operations.health", "operations.health_history", "operations.maintenance_window", "identity.tenant"];

    /// <summary>Quartz's own tables: schedules of the service's jobs, no customer data.</summary>
    private const string SchedulerTables = "quartz.qrtz_";

    /// <summary>Functions that run as the owner and are bound by no wall: each does one narrow thing.</summary>
    private static readonly string[] AsOwner = ["identity.erase_tenant", "platform.audit_waiting", "platform.delete_audit_before", "platform.event_backlog", "platform.event_failures", "platform.mail_overview", "platform.mail_totals", "platform.operator_may", "traces.cluster_partition_used", "traces.indexing_backlog"];

    private const string Tables = """
        SELECT n.nspname || '.' || c.relname AS name,
               c.relrowsecurity AS row_security,
               coalesce((SELECT bool_and(coalesce(pg_get_expr(p.polqual, p.polrelid), '') LIKE '%current_tenant()%'
                                         AND coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') LIKE '%current_tenant()%')
                         FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive), false)
                   AND (NOT c.relrowsecurity OR EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive AND p.polname = 'operator_path')) AS policies,
               coalesce((SELECT bool_and((SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = i.indkey[0]) = 'tenant_id')
                         FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique), false) AS unique_keys
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        """;

    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(Modules.All);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Tables_OfAllModules_AreWalledByTenantOrNamedAsExceptions()
    {
        var faults = await FaultsAsync();
        Assert.Equal(BeforeTenant.Order(), faults.Where(table => !table.StartsWith(SchedulerTables, StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task Functions_ThatRunAsTheOwner_AreNamed()
    {
        const string definers = "SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef";
        Assert.Equal(AsOwner, (await _database.QueryAsOwnerAsync<string>(definers)).Order());
        await _database.ExecuteAsOwnerAsync("CREATE FUNCTION platform.probe() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'");
        Assert.Contains("platform.probe", await _database.QueryAsOwnerAsync<string>(definers));
    }

    [Fact]
    public async Task Tables_OneWithoutAWall_IsFound()
    {
        await _database.ExecuteAsOwnerAsync("CREATE SCHEMA probe; CREATE TABLE probe.open (tenant_id uuid, name text PRIMARY KEY)");
        Assert.Contains("probe.open", await FaultsAsync());
    }

    private async Task<List<string>> FaultsAsync()
    {
        var tables = await _database.QueryAsOwnerAsync<(string Name, bool RowSecurity, bool Policies, bool UniqueKeys)>(Tables);
        Assert.NotEmpty(tables);
        return [.. tables.Where(table => !table.RowSecurity || !table.Policies || !table.UniqueKeys).Select(table => table.Name)];
    }
}
