using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Identity.Tests.Tokens;

public sealed class TokenTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private TwoTenants _tenants = null!;

    public async ValueTask InitializeAsync() => (_server, _tenants) = await IdentityServer.StartOwnAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Token_UnderAnotherTenant_IsUnknown() => Assert.Equal(HttpStatusCode.Unauthorized, (await MeAsync($"akt_{_tenants.B.Id}{_tenants.A.Token[36..]}")).Status);

    [Theory]
    [InlineData("")]
    [InlineData("akt_")]
    [InlineData("nonsense")]
    [InlineData("akt_01a1fdf4326074878f276e53c1ea3459_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Token_Nonsense_IsRefusedAsAProblem(string token)
    {
        var (status, body) = await MeAsync(token);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains(token.Length == 0 ? "\"code\"" : "token-refused", body, StringComparison.Ordinal);
        if (token.Length > 20) Assert.DoesNotContain(token, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_OnThePortal_IsNoCredential()
    {
        using var client = _server.CreateClient(ServiceHost.Portal);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _tenants.A.Token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task Token_Expired_IsRefused()
    {
        Assert.Equal(HttpStatusCode.OK, (await MeAsync(_tenants.A.Token)).Status);
        await _server.Database.ExecuteAsOwnerAsync("UPDATE identity.api_token SET expires_at = @at WHERE tenant_id = @id", new { at = _server.Clock.GetUtcNow().AddHours(1), id = _tenants.A.Id.Value });
        Assert.Equal(HttpStatusCode.OK, (await MeAsync(_tenants.A.Token)).Status);
        _server.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(HttpStatusCode.Unauthorized, (await MeAsync(_tenants.A.Token)).Status);
    }

    [Fact]
    public async Task Token_WithFewerScopes_GrantsFewer()
    {
        await _server.Database.ExecuteAsOwnerAsync("UPDATE identity.api_token SET scopes = '{account.self,traces.search,nonsense}' WHERE tenant_id = @id", new { id = _tenants.A.Id.Value });
        Assert.Equal(["account.self", "traces.search"], await PermissionsAsync());
        await _server.Database.ExecuteAsOwnerAsync("UPDATE identity.user_account SET role = 'user' WHERE tenant_id = @id", new { id = _tenants.A.Id.Value });
        Assert.Equal(["account.self"], await PermissionsAsync()); // never more than its maker may do now
    }

    [Fact]
    public async Task Operator_NamingATenant_MayImportOnlyAndIsRecorded()
    {
        var (status, body) = await MeAsync(_tenants.Operator.Token, _tenants.A.SupportId);
        Assert.Equal(HttpStatusCode.Forbidden, status); // AccountSelf is not among what an operator may do there
        Assert.Contains("not-permitted", body, StringComparison.Ordinal);
        var rows = await _server.Database.QueryAsOwnerAsync<(Guid Tenant, Guid Operator, string Who, string Request)>("SELECT tenant_id, operator_tenant, actor, target FROM platform.audit_entry WHERE action = 'operator-access.request'");
        Assert.Equal((_tenants.A.Id.Value, _tenants.Operator.Id.Value, "operator", "GET /api/v1/me"), Assert.Single(rows));
    }

    [Fact]
    public async Task Operator_NamingNoSuchTenant_IsTold()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await MeAsync(_tenants.Operator.Token, "AK99999999")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await MeAsync(_tenants.Operator.Token, "AK00000000")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await MeAsync(_tenants.Operator.Token, "nonsense")).Status);
    }

    [Fact]
    public async Task Administrator_NamingAnotherTenant_IsRefused()
    {
        var (status, body) = await MeAsync(_tenants.A.Token, _tenants.B.SupportId);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("only-operators", body, StringComparison.Ordinal);
        Assert.Empty(await _server.Database.QueryAsOwnerAsync<int>("SELECT 1 FROM identity.operator_access"));
    }

    private async Task<string[]> PermissionsAsync()
    {
        using var answer = JsonDocument.Parse((await MeAsync(_tenants.A.Token)).Body);
        return [.. answer.RootElement.GetProperty("permissions").EnumerateArray().Select(element => element.GetString()!)];
    }

    private async Task<(HttpStatusCode Status, string Body)> MeAsync(string token, string? tenant = null)
    {
        using var client = _server.CreateClient(ServiceHost.Api);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
        if (token.Length > 0) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        if (tenant is not null) request.Headers.Add("Akashi-Tenant", tenant);
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
