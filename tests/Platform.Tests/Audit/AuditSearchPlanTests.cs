using System.Diagnostics;
using Akashi.Platform.Audit;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Xunit;

namespace Akashi.Platform.Tests.Audit;

/// <summary>
/// Looking through a large log as the application role with row-level security on. Times are printed; what is asserted is that an
/// index gives the newest entries first, which is what makes it fast at any size; or, of a rare action, its few entries, which may be sorted.
/// </summary>
public sealed class AuditSearchPlanTests
{
    private const string Fill = """
        INSERT INTO platform.audit_entry (tenant_id, id, at, actor_kind, actor, actor_name, actor_key, address, action, target, target_key)
        SELECT @tenant, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, now() - n * interval '1 second', 'user', 'user' || n % 500, '', 'user' || n % 500,
               '192.0.2.7', CASE WHEN n % 50000 = 0 THEN 'user.rare' ELSE 'user.change' END, 'user' || n, 'user' || n
        FROM generate_series(1, @count) n;
        ANALYZE platform.audit_entry;
        """;

    [Fact]
    public async Task Find_InALargeLog_ReadsThePageFromAnIndex()
    {
        var entries = Environment.GetEnvironmentVariable("AKASHI_LONG") == "1" ? 1_000_000 : 100_000;
        await using var database = await TestDatabase.CreateAsync();
        var (tenant, other) = (TenantId.New(TimeProvider.System), TenantId.New(TimeProvider.System));
        await database.ExecuteAsOwnerAsync(Fill, new { tenant, count = entries });
        await database.ExecuteAsOwnerAsync(Fill, new { tenant = other, count = entries / 10 });
        var search = new AuditSearch(database.Application);
        var middle = new AuditPosition(TimeProvider.System.GetUtcNow().AddSeconds(-entries / 2), Guid.CreateVersion7());
        foreach (var (name, filter, after, index) in new (string, AuditFilter, AuditPosition?, string)[]
        {
            ("newest", new AuditFilter(), null, "audit_entry_by_time"),
            ("in the middle", new AuditFilter(), middle, "audit_entry_by_time"),
            ("one day", new AuditFilter(From: middle.At.AddDays(-1), To: middle.At), null, "audit_entry_by_time"),
            ("rare action", new AuditFilter(Action: "user.rare"), null, "audit_entry_by_action"),
            ("actor", new AuditFilter(Actor: "user42"), null, "audit_entry_by_time"),
        })
        {
            var plan = await PlanAsync(database, tenant, filter, after);
            var isByIndex = plan.Contains(index, StringComparison.Ordinal) && !plan.Contains("Seq Scan on audit_entry", StringComparison.Ordinal);
            Assert.True(isByIndex && (filter.Action is not null || !plan.Contains("Sort", StringComparison.Ordinal)), $"{name}:\n{plan}");
            var started = Stopwatch.GetTimestamp();
            Assert.True((await search.FindAsync(tenant, filter, after, 50, CancellationToken.None)).TryGet(out var page, out _));
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {page.Rows.Count} of {entries:N0} entries in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F1} ms");
        }
        Assert.Equal(["user.change", "user.rare"], await search.ActionsAsync(tenant, CancellationToken.None));
    }

    private static async Task<string> PlanAsync(TestDatabase database, TenantId tenant, AuditFilter filter, AuditPosition? after)
    {
        await using var session = await database.Application.OpenAsync(tenant);
        return string.Join('\n', await session.QueryAsync<string>("EXPLAIN " + AuditSearch.Find, AuditSearch.ParametersOf(tenant, filter, new { afterAt = after?.At, afterId = after?.Id, limit = 51 })));
    }
}
