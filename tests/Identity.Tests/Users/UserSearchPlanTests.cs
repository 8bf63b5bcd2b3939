using System.Diagnostics;
using Akashi.TestKit;

namespace Akashi.Identity.Tests.Users;

/// <summary>
/// Finding people among a million, as the application role with row-level security on. The time is printed; what is asserted is
/// that the index serves the search, which is what makes it fast at any size.
/// </summary>
public sealed class UserSearchPlanTests(ITestOutputHelper output)
{
    private const string ByPrefix = """
        SELECT user_id, display_name FROM identity.user_account
        WHERE user_key >= @from AND user_key < @until ORDER BY user_key LIMIT 50
        """;

    private const string ByName = "SELECT id FROM identity.user_account WHERE user_key = @from";

    private const string Fill = """
        INSERT INTO identity.tenant (id, support_id, name, kind, created_at) VALUES (@tenant, @supportId, 'x', 'customer', now());
        INSERT INTO identity.user_account (tenant_id, id, user_id, user_key, display_name, mail, role, state, created_at)
        SELECT @tenant, gen_random_uuid(), 'user' || n, 'user' || lpad(n::text, 7, '0'), '利用者 ' || n, 'user' || n || '@example.jp', 'user', 'active', now()
        FROM generate_series(1, @count) n;
        ANALYZE identity.user_account;
        """;

    [Fact]
    public async Task Search_ByStartOfName_UsesTheIndexUnderRowLevelSecurity()
    {
        var users = Environment.GetEnvironmentVariable("AKASHI_LONG") == "1" ? 1_000_000 : 100_000;
        await using var database = await TestDatabase.CreateAsync(new IdentityModule());
        var tenant = new Platform.Tenancy.TenantId(Guid.Parse("01a1fdf4326074878f276e53c1ea3459"));
        var other = new Platform.Tenancy.TenantId(Guid.Parse("01a1fdf4326074878f276e53c1ea345a"));
        await database.ExecuteAsOwnerAsync(Fill, new { tenant, supportId = "AK00000009", count = users });
        await database.ExecuteAsOwnerAsync(Fill, new { tenant = other, supportId = "AK00000008", count = users / 10 });

        foreach (var sql in new[] { ByPrefix, ByName })
        {
            var parameters = new { from = "user00042", until = "user00042\uFFFF" };
            await using var session = await database.Application.OpenAsync(tenant);
            var plan = string.Join('\n', await session.QueryAsync<string>("EXPLAIN " + sql, parameters));
            Assert.Contains("user_account_key", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
            Assert.Matches(@"Index Cond: .*tenant_id.*user_key", plan);
        }
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await using var session = await database.Application.OpenAsync(tenant);
            var found = await session.QueryAsync<(string, string)>(ByPrefix, new { from = "user00042", until = "user00042\uFFFF" });
            var elapsed = Stopwatch.GetElapsedTime(started);
            Assert.Equal(50, found.Count);
            if (elapsed < best) best = elapsed;
        }
        output.WriteLine($"search of {users:N0} users by the start of a name: {best.TotalMilliseconds:F2} ms");
    }
}
