using System.Net;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Npgsql;

namespace Akashi.Identity.Tests.Users;

public sealed class UserChangesTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private TwoTenants _tenants = null!;
    private PeopleApi _administrator = null!;

    public async ValueTask InitializeAsync()
    {
        (_server, _tenants) = await IdentityServer.StartOwnAsync();
        _administrator = new PeopleApi(_server, _tenants.A.Token);
    }

    public async ValueTask DisposeAsync()
    {
        _administrator.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Add_NewPerson_GetsAFirstAccessLinkAndSignsIn()
    {
        var outbox = new TestOutbox(_server, _tenants.A.Id);
        var added = await _administrator.AddAsync("Ｙａｍａｄａ", "viewer", "山田 太郎");
        Assert.Equal((HttpStatusCode.Created, "invited", "viewer"), (added.Status, added["state"], added["role"]));
        var link = await outbox.NextLinkAsync();
        Assert.Equal("/activate", link.AbsolutePath);
        using var browser = _server.CreateBrowser();
        var page = await browser.GetAsync(link);
        Assert.Contains("山田 太郎", page.Body, StringComparison.Ordinal);
        Assert.Equal(1, await AuditedAsync("user.add"));
    }

    [Theory]
    [InlineData("ADMIN", "user-id-taken")]
    [InlineData("ａｄｍｉｎ", "user-id-taken")]
    [InlineData("", "field-invalid")]
    [InlineData("a\u0000b", "field-invalid")]
    [InlineData("a\u202eb", "field-invalid")]
    public async Task Add_BadUserId_IsRefused(string userId, string code) => Assert.Equal(code, (await _administrator.AddAsync(userId)).Code);

    [Theory]
    [InlineData("no address")]
    [InlineData("a@b@c.example")]
    [InlineData("a\r\nBcc: x@y.example")]
    [InlineData("a@-b.example")]
    [InlineData(".a@b.example")]
    [InlineData("")]
    public async Task Add_BadMail_IsRefused(string mail)
    {
        var answer = await _administrator.PostAsync("/api/v1/users", new { userId = "somebody", displayName = "x", mail, role = "user" });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "field-invalid"), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("analyst")]
    [InlineData("custom")]
    [InlineData("nonsense")]
    public async Task Add_RoleThatCustomersDoNotHave_IsRefused(string role) => Assert.Equal("unknown-role", (await _administrator.AddAsync("somebody", role)).Code);

    [Fact]
    public async Task Give_RoleBeyondOnesOwn_IsRefused()
    {
        var (userAdministrator, _) = await PeopleApi.OfNewAsync(_server, _tenants.A, _administrator, "ua", "user-administrator");
        using var own = userAdministrator;
        Assert.Equal("role-beyond-own", (await own.AddAsync("evil", "administrator")).Code);
        Assert.Equal("role-beyond-own", (await own.AddAsync("evil", "viewer")).Code);
        var friend = await own.AddAsync("friend", "helpdesk");
        Assert.Equal(HttpStatusCode.Created, friend.Status);
        Assert.Equal("role-beyond-own", (await EditAsync(own, friend["id"], "administrator")).Code);
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM identity.user_account WHERE user_key = 'evil'"));
    }

    [Fact]
    public async Task Change_SomebodyWhoHoldsMore_IsRefused()
    {
        var (userAdministrator, _) = await PeopleApi.OfNewAsync(_server, _tenants.A, _administrator, "ua", "user-administrator");
        using var own = userAdministrator;
        var target = _tenants.A.UserAccountId.ToString();
        Assert.Equal("user-beyond-own", (await EditAsync(own, target, "user")).Code);
        Assert.Equal("user-beyond-own", (await own.PostAsync($"/api/v1/users/{target}/suspend")).Code);
        Assert.Equal("administrator", (await _administrator.GetAsync($"/api/v1/users/{target}"))["role"]);
        Assert.Equal("admin@akashi.localhost", (await _administrator.GetAsync($"/api/v1/users/{target}"))["mail"]);
    }

    [Fact]
    public async Task Helpdesk_HelpsButChangesNobody()
    {
        var (helpdesk, _) = await PeopleApi.OfNewAsync(_server, _tenants.A, _administrator, "help", "helpdesk");
        using var own = helpdesk;
        Assert.Equal("not-permitted", (await own.AddAsync("x")).Code);
        Assert.Equal("not-permitted", (await own.PostAsync($"/api/v1/users/{_tenants.A.UserAccountId}/suspend")).Code);
        await _server.Database.ExecuteAsOwnerAsync("INSERT INTO identity.sign_in_charge VALUES (@id, 'admin', 5, @until, @until)", new { id = _tenants.A.Id.Value, until = _server.Clock.GetUtcNow().AddMinutes(20) });
        Assert.NotEqual("", (await own.GetAsync($"/api/v1/users/{_tenants.A.UserAccountId}"))["lockedUntil"]);
        Assert.Equal("", (await own.PostAsync($"/api/v1/users/{_tenants.A.UserAccountId}/unlock"))["lockedUntil"]);
        Assert.Equal(1, await AuditedAsync("user.unlock"));
    }

    [Fact]
    public async Task Suspend_LastAdministrator_IsRefusedWhoeverAsks()
    {
        var role = await AllPermissionsRoleAsync();
        var (other, _) = await PeopleApi.OfNewAsync(_server, _tenants.A, _administrator, "almost", role);
        using var own = other;
        Assert.Equal("last-administrator", (await own.PostAsync($"/api/v1/users/{_tenants.A.UserAccountId}/suspend")).Code);
        Assert.Equal("last-administrator", (await EditAsync(own, _tenants.A.UserAccountId.ToString(), "user")).Code);
        Assert.Equal("own-account", (await _administrator.PostAsync($"/api/v1/users/{_tenants.A.UserAccountId}/suspend")).Code);
        Assert.Equal("own-account", (await EditAsync(_administrator, _tenants.A.UserAccountId.ToString(), "user")).Code);
        using var operators = new PeopleApi(_server, _tenants.Operator.Token);
        Assert.Equal("own-account", (await operators.PostAsync($"/api/v1/users/{_tenants.Operator.UserAccountId}/suspend")).Code);
    }

    [Fact]
    public async Task Suspend_TwoAdministratorsEachOther_LeavesOne()
    {
        var (other, id) = await PeopleApi.OfNewAsync(_server, _tenants.A, _administrator, "second", "administrator");
        using var own = other;
        // Both requests are let go at the same moment, when each has found its person locked.
        await using var connection = new NpgsqlConnection(_server.Database.OwnerConnection);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var barrier = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var command = new NpgsqlCommand("SELECT id FROM identity.user_account WHERE role = 'administrator' FOR UPDATE", connection, barrier)) await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var requests = Task.WhenAll(own.PostAsync($"/api/v1/users/{_tenants.A.UserAccountId}/suspend"), _administrator.PostAsync($"/api/v1/users/{id}/suspend"));
        await TestWait.UntilAsync(async () => await CountAsync("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE a.datname = current_database() AND NOT l.granted") == 2, TimeSpan.FromSeconds(30), "both wait");
        await barrier.RollbackAsync(TestContext.Current.CancellationToken);
        Assert.Single(await requests, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(1, (await _server.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM identity.user_account WHERE role = 'administrator' AND state = 'active' AND tenant_id = @id", new { id = _tenants.A.Id.Value })).Single());
    }

    [Fact]
    public async Task Suspend_Somebody_EndsSessionsTokensAndLinksAtOnce()
    {
        var (other, id) = await PeopleApi.OfNewAsync(_server, _tenants.A, _administrator, "second", "administrator");
        using var own = other;
        using var browser = await _tenants.SignInAsync(_tenants.A);
        Assert.Equal(HttpStatusCode.OK, (await own.PostAsync($"/api/v1/users/{_tenants.A.UserAccountId}/suspend")).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync(ServiceHost.Portal, "/")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _administrator.GetAsync("/api/v1/me")).Status);
        Assert.Equal("wrong-user-state", (await own.PostAsync($"/api/v1/users/{_tenants.A.UserAccountId}/suspend")).Code);
        Assert.Equal("active", (await own.PostAsync($"/api/v1/users/{_tenants.A.UserAccountId}/reactivate"))["state"]);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync(ServiceHost.Portal, "/")).Status); // ended is ended
        Assert.Equal(HttpStatusCode.OK, (await _administrator.GetAsync("/api/v1/me")).Status);
        Assert.NotEmpty(id);
    }

    [Fact]
    public async Task Edit_AnotherMailAddress_EndsTheLinkToTheOldOne()
    {
        var outbox = new TestOutbox(_server, _tenants.A.Id);
        var added = await _administrator.AddAsync("moved");
        var link = await outbox.NextLinkAsync();
        Assert.Equal(HttpStatusCode.OK, (await EditAsync(_administrator, added["id"], "user")).Status);
        using var browser = _server.CreateBrowser();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(link)).Status);
    }

    [Fact]
    public async Task User_OfAnotherTenant_IsUnknown()
    {
        foreach (var id in new[] { _tenants.B.UserAccountId.ToString(), "nonsense" })
        {
            Assert.Equal("unknown-user", (await _administrator.GetAsync($"/api/v1/users/{id}")).Code);
            Assert.Equal("unknown-user", (await _administrator.PostAsync($"/api/v1/users/{id}/suspend")).Code);
            Assert.Equal("unknown-user", (await EditAsync(_administrator, id, "user")).Code);
        }
    }

    private async Task<string> AllPermissionsRoleAsync()
    {
        var permissions = Roles.PermissionsOf(Roles.Administrator).Select(Platform.Tenancy.PermissionCatalogue.IdOf);
        return (await _administrator.PostAsync("/api/v1/roles", new { name = "すべて", permissions }))["key"];
    }

    private static Task<ApiAnswer> EditAsync(PeopleApi api, string id, string role) => api.PutAsync($"/api/v1/users/{id}", new { displayName = "変更 後", mail = "new@a.example", role });

    private Task<long> AuditedAsync(string action) => CountAsync($"SELECT count(*) FROM platform.audit_entry WHERE action = '{action}'");

    private async Task<long> CountAsync(string sql) => (await _server.Database.QueryAsOwnerAsync<long>(sql)).Single();
}
