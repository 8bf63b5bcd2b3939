using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Akashi.Endpoints.Enrolment;
using Akashi.Identity.Activation;
using Akashi.Identity.Sessions;
using Akashi.Identity.Tokens;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;

namespace Akashi.Operations.Tests;

/// <summary>A secret that is wrong ends with one look into its index: nothing of its tenant is read, so the time tells nothing of the tenant.</summary>
public sealed partial class SecretPlanTests : IAsyncLifetime
{
    private const string Fill = """
        INSERT INTO identity.session (tenant_id, id, login_id, user_account_id, host, created_at, last_used_at, ends_at)
        SELECT @tenant, sha256(n::text::bytea), gen_random_uuid(), @user, 'portal', @now, @now, @now + interval '1 day' FROM generate_series(1, 300) n;
        INSERT INTO endpoints.enrolment_token (tenant_id, digest, created_by, created_at, expires_at, used_at, used_by_tmid, used_by_key)
        SELECT @tenant, sha256(n::text::bytea), 'x', @now, @now + interval '1 day', @now, 'x', sha256('x') FROM generate_series(1, 300) n;
        ANALYZE identity.session; ANALYZE identity.user_account; ANALYZE identity.tenant; ANALYZE identity.api_token; ANALYZE identity.activation; ANALYZE endpoints.enrolment_token;
        """;

    private TestServer _server = null!;
    private TwoTenants _tenants = null!;

    public async ValueTask InitializeAsync()
    {
        (_server, _tenants) = await OperationsServer.StartOwnAsync();
        await _server.Database.ExecuteAsOwnerAsync(Fill, new { tenant = _tenants.A.Id, user = _tenants.A.UserAccountId, now = _server.Clock.GetUtcNow() });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(SessionAuthenticator.Find, "session")]
    [InlineData(TokenAuthenticator.Find, "api_token")]
    [InlineData(Activations.Find, "activation")]
    [InlineData(EnrolmentTokens.Use, "enrolment_token")]
    public async Task Plan_OfAWrongSecret_LooksIntoItsOwnTableAlone(string sql, string table)
    {
        var now = _server.Clock.GetUtcNow();
        await using var session = await _server.Database.Application.OpenAsync(_tenants.A.Id);
        var parameters = new { tenant = _tenants.A.Id, Digest = RandomNumberGenerator.GetBytes(32), now, idleSince = now - TimeSpan.FromHours(1), host = "portal", tmid = "x", key = SHA256.HashData("x"u8) };
        var plan = await session.QueryAsync<string>("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) " + sql, parameters);
        var all = string.Join('\n', plan);
        // On a step of its own: where the planner may choose the order, it begins with the tenant or the secret as their sizes happen to be.
        Assert.Contains("CTE found", all, StringComparison.Ordinal);
        var read = plan.Where(line => ReadsATable().IsMatch(line) && !line.Contains("never executed", StringComparison.Ordinal)).ToList();
        Assert.True(read is [var only] && Regex.IsMatch(only, $@" on {table}(_\d)? \(actual", RegexOptions.None, TimeSpan.FromSeconds(1)), all);
    }

    [GeneratedRegex(@"(Seq|Index|Index Only|Heap) Scan.* on ", RegexOptions.None, 1000)]
    private static partial Regex ReadsATable();
}
