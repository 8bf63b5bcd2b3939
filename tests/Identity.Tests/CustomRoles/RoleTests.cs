using System.Net;
using Akashi.Identity.Tests.Users;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Identity.Tests.CustomRoles;

public sealed class RoleTests : PeopleTests
{
    [Fact]
    public async Task Role_MadeGivenChanged_CountsAtOnce()
    {
        var key = await CreateAsync("窓口", "users.read");
        var (clerk, _) = await PeopleApi.OfNewAsync(Server, Tenants.A, Administrator, "clerk", key);
        using var own = clerk;
        Assert.Equal(HttpStatusCode.OK, (await own.GetAsync("/api/v1/users")).Status);
        Assert.Equal("not-permitted", (await own.PostAsync($"/api/v1/users/{Tenants.A.UserAccountId}/unlock")).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await Administrator.PutAsync($"/api/v1/roles/{key}", new { name = "窓口 2", permissions = new[] { "users.help" } })).Status);
        Assert.Equal("not-permitted", (await own.GetAsync("/api/v1/users")).Code);
        Assert.Equal(HttpStatusCode.OK, (await own.PostAsync($"/api/v1/users/{Tenants.A.UserAccountId}/unlock")).Status);
        Assert.Equal(["role.change", "role.create"], await Server.Database.QueryAsOwnerAsync<string>("SELECT action FROM platform.audit_entry WHERE action LIKE 'role.%' ORDER BY action"));
    }

    [Fact]
    public async Task Delete_RoleInUse_IsRefusedUntilNobodyHasIt()
    {
        var key = await CreateAsync("臨時", "traces.search");
        var user = await Administrator.AddAsync("temp", key);
        Assert.Equal("role-in-use", (await Administrator.DeleteAsync($"/api/v1/roles/{key}")).Code);
        await Administrator.PutAsync($"/api/v1/users/{user["id"]}", new { displayName = "x", mail = "x@a.example", role = "user" });
        Assert.Equal(HttpStatusCode.NoContent, (await Administrator.DeleteAsync($"/api/v1/roles/{key}")).Status);
        Assert.Equal("unknown-role", (await Administrator.DeleteAsync($"/api/v1/roles/{key}")).Code);
    }

    [Theory]
    [InlineData("", "users.read", "role-name-invalid")]
    [InlineData("管理者", "users.read", "role-name-taken")]
    [InlineData("ADMINISTRATOR", "users.read", "role-name-taken")]
    [InlineData("first", "users.read", "role-name-taken")]
    [InlineData("x", "tenants.manage", "role-permission-invalid")]
    [InlineData("x", "terminal.self", "role-permission-invalid")]
    [InlineData("x", "nonsense", "role-permission-invalid")]
    [InlineData("x", null, "role-empty")]
    [InlineData("x", "null", "role-permission-invalid")]
    public async Task Create_BadRole_IsRefused(string name, string? permission, string code)
    {
        await CreateAsync("first", "users.read");
        Assert.Equal(code, (await Administrator.PostAsync("/api/v1/roles", new { name, permissions = permission switch { null => Array.Empty<string?>(), "null" => [null], _ => [permission] } })).Code);
    }

    [Fact]
    public async Task Create_ByWhoMayLess_CannotExceedThem()
    {
        var key = await CreateAsync("役割係", "roles.manage", "users.read");
        var strong = await CreateAsync("強い", "audit.read", "users.manage");
        var (clerk, _) = await PeopleApi.OfNewAsync(Server, Tenants.A, Administrator, "clerk", key);
        using var own = clerk;
        Assert.Equal("role-beyond-own", (await own.PostAsync("/api/v1/roles", new { name = "新しい", permissions = new[] { "audit.read" } })).Code);
        Assert.Equal("role-beyond-own", (await own.PutAsync($"/api/v1/roles/{key}", new { name = "役割係", permissions = new[] { "roles.manage", "users.manage" } })).Code);
        Assert.Equal("role-beyond-own", (await own.PutAsync($"/api/v1/roles/{strong}", new { name = "弱い", permissions = new[] { "users.read" } })).Code);
        Assert.Equal("role-beyond-own", (await own.DeleteAsync($"/api/v1/roles/{strong}")).Code);
        Assert.Equal(HttpStatusCode.Created, (await own.PostAsync("/api/v1/roles", new { name = "新しい", permissions = new[] { "users.read" } })).Status);
    }

    [Fact]
    public async Task Role_OfAnotherTenant_IsUnknown()
    {
        var key = await CreateAsync("甲の役割", "users.read");
        using var other = new PeopleApi(Server, Tenants.B.Token);
        Assert.Equal("unknown-role", (await other.PutAsync($"/api/v1/roles/{key}", new { name = "x", permissions = new[] { "users.read" } })).Code);
        Assert.Equal("unknown-role", (await other.DeleteAsync($"/api/v1/roles/{key}")).Code);
        Assert.Equal("unknown-role", (await other.AddAsync("x", key)).Code);
    }

    [Fact]
    public async Task Pages_MakeChangeDelete_WorkWithoutScripts()
    {
        using var browser = await Tenants.SignInToConsoleAsync(Tenants.A);
        var made = await browser.FollowAsync(await browser.SubmitAsync(ServiceHost.Console, "/roles/add", [new("name", "頁の役割"), new("permissions", "users.read"), new("permissions", "audit.read")]));
        Assert.Contains("頁の役割", made.Body, StringComparison.Ordinal);
        var key = (await Server.Database.QueryAsOwnerAsync<Guid>("SELECT id FROM identity.role")).Single();
        Assert.Equal(2, (await Server.Database.QueryAsOwnerAsync<int>("SELECT cardinality(permissions) FROM identity.role")).Single());
        var empty = await browser.SubmitAsync(ServiceHost.Console, $"/roles/{key}", [new("name", "頁の役割")]);
        Assert.Contains("権限が選ばれていません", empty.Body, StringComparison.Ordinal);
        var changed = await browser.FollowAsync(await browser.SubmitAsync(ServiceHost.Console, $"/roles/{key}", [new("name", "改めた役割"), new("permissions", "users.read")]));
        Assert.Contains("改めた役割", changed.Body, StringComparison.Ordinal);
        var deleted = await browser.FollowAsync(await browser.SubmitAsync(ServiceHost.Console, $"/roles/{key}", [], action: $"/roles/{key}/delete"));
        Assert.DoesNotContain("改めた役割", deleted.Body, StringComparison.Ordinal);
    }

    private async Task<string> CreateAsync(string name, params string[] permissions)
    {
        var answer = await Administrator.PostAsync("/api/v1/roles", new { name, permissions });
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return answer["key"];
    }
}
