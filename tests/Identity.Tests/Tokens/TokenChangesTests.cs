using System.Net;
using System.Text.RegularExpressions;
using Akashi.Identity.Tests.Users;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Identity.Tests.Tokens;

public sealed partial class TokenChangesTests : PeopleTests
{
    [Fact]
    public async Task Token_MadeUsedRevoked_WorksInBetween()
    {
        var made = await CreateAsync("監視", ["users.read", "account.self"], days: null);
        Assert.Equal(HttpStatusCode.Created, made.Status);
        using var program = new PeopleApi(Server, made["token"]);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/v1/users")).Status);
        Assert.Equal("not-permitted", (await program.GetAsync("/api/v1/tokens")).Code);
        var listed = (await Administrator.GetAsync("/api/v1/tokens")).Body.EnumerateArray().Single(row => row.GetProperty("name").GetString() == "監視");
        Assert.NotEqual("", listed.GetProperty("lastUsedAt").ToString());
        Assert.Equal(Server.Clock.GetUtcNow().AddDays(90), listed.GetProperty("expiresAt").GetDateTimeOffset(), TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(made["token"][37..], listed.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await Administrator.DeleteAsync($"/api/v1/tokens/{made["id"]}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("/api/v1/users")).Status);
        Assert.Equal("unknown-token", (await Administrator.DeleteAsync($"/api/v1/tokens/{made["id"]}")).Code);
        Assert.Equal(["token.create", "token.revoke"], await Server.Database.QueryAsOwnerAsync<string>("SELECT action FROM platform.audit_entry WHERE action LIKE 'token.%' ORDER BY action"));
    }

    [Theory]
    [InlineData("", "users.read", 90, "field-invalid")]
    [InlineData("x", "users.read", 0, "field-invalid")]
    [InlineData("x", "users.read", 366, "field-invalid")]
    [InlineData("x", "tenants.manage", 90, "scope-beyond-own")]
    [InlineData("x", "nonsense", 90, "scope-beyond-own")]
    [InlineData("x", null, 90, "no-scope")]
    [InlineData("x", "null", 90, "scope-beyond-own")]
    [InlineData("test", "users.read", 90, "token-name-taken")]
    public async Task Create_BadDraft_IsRefused(string name, string? scope, int days, string code) =>
        Assert.Equal(code, (await CreateAsync(name, scope switch { null => [], "null" => [null!], _ => [scope] }, days)).Code);

    [Fact]
    public async Task Create_WithAToken_GivesNoMoreThanIt()
    {
        var weak = await CreateAsync("弱い", ["tokens.manage", "account.self"], 1);
        using var program = new PeopleApi(Server, weak["token"]);
        Assert.Equal("scope-beyond-own", (await program.PostAsync("/api/v1/tokens", new { name = "強い", scopes = new[] { "users.manage" } })).Code);
        Assert.Equal(HttpStatusCode.Created, (await program.PostAsync("/api/v1/tokens", new { name = "同じ", scopes = new[] { "account.self" } })).Status);
    }

    [Fact]
    public async Task Token_PastItsDay_IsRefused()
    {
        var made = await CreateAsync("一日", ["account.self"], 1);
        using var program = new PeopleApi(Server, made["token"]);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/v1/me")).Status);
        Server.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("/api/v1/me")).Status);
    }

    [Fact]
    public async Task Token_OfAnotherTenant_IsUnknown()
    {
        var made = await CreateAsync("甲の", ["account.self"], 90);
        using var other = new PeopleApi(Server, Tenants.B.Token);
        Assert.Equal("unknown-token", (await other.DeleteAsync($"/api/v1/tokens/{made["id"]}")).Code);
        Assert.DoesNotContain("甲の", (await other.GetAsync("/api/v1/tokens")).Body.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_MakeAndRevoke_ShowTheTokenOnce()
    {
        using var browser = await Tenants.SignInToConsoleAsync(Tenants.A);
        var made = await browser.SubmitAsync(ServiceHost.Console, "/tokens/add", [new("name", "頁の"), new("days", "30"), new("scopes", "account.self"), new("scopes", "users.read")]);
        using var program = new PeopleApi(Server, Token().Match(made.Body).Value);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/v1/users")).Status);
        var list = await browser.GetAsync(ServiceHost.Console, "/tokens");
        Assert.Contains("頁の", list.Body, StringComparison.Ordinal);
        Assert.DoesNotMatch(Token(), list.Body);
        var id = (await Server.Database.QueryAsOwnerAsync<Guid>("SELECT token_id FROM identity.api_token WHERE name = '頁の'")).Single();
        var revoked = await browser.FollowAsync(await browser.SubmitAsync(ServiceHost.Console, $"/tokens/{id}/revoke", []));
        Assert.Contains("取り消しました", revoked.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("/api/v1/users")).Status);
        var bad = await browser.SubmitAsync(ServiceHost.Console, "/tokens/add", [new("name", "頁の"), new("days", "many"), new("scopes", "account.self")]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, bad.Status);
    }

    private Task<ApiAnswer> CreateAsync(string name, string[] scopes, int? days) => Administrator.PostAsync("/api/v1/tokens", new { name, scopes, days });

    [GeneratedRegex(@"akt_[0-9a-f]{32}_[\w-]{43}", RegexOptions.None, 1000)]
    private static partial Regex Token();
}
