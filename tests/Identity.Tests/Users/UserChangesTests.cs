using System.Net;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Npgsql;

namespace Akashi.Identity.Tests.Users;

public sealed class UserChangesTests : PeopleTests
{
    [Fact]
    public async Task Add_NewPerson_GetsAFirstAccessLinkAndSignsIn()
    {
        var outbox = new TestOutbox(Server, Tenants.A.Id);
        var added = await Administrator.AddAsync("Ｙａｍａｄａ", "viewer", "山田 太郎");
        Assert.Equal((HttpStatusCode.Created, "invited", "viewer"), (added.Status, added["state"], added["role"]));
        var link = await outbox.NextLinkAsync();
        Assert.Equal("/activate", link.AbsolutePath);
        using var browser = Server.CreateBrowser();
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
    public async Task Add_BadUserId_IsRefused(string userId, string code) => Assert.Equal(code, (await Administrator.AddAsync(userId)).Code);

    [Theory]
    [InlineData("no address")]
    [InlineData("a@b@c.example")]
    [InlineData("a\r\nBcc: x@y.example")]
    [InlineData("a@-b.example")]
    [InlineData(".a@b.example")]
    [InlineData("")]
    public async Task Add_BadMail_IsRefused(string mail)
    {
        var answer = await Administrator.PostAsync("/api/v1/users", new { userId = "somebody", displayName = "x", mail, role = "user" });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "field-invalid"), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("analyst")]
    [InlineData("custom")]
    [InlineData("nonsense")]
    public async Task Add_RoleThatCustomersDoNotHave_IsRefused(string role) => Assert.Equal("unknown-role", (await Administrator.AddAsync("somebody", role)).Code);

    [Fact]
    public async Task Give_RoleBeyondOnesOwn_IsRefused()
    {
        var (userAdministrator, _) = await PeopleApi.OfNewAsync(Server, Tenants.A, Administrator, "ua", "user-administrator");
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
        var (userAdministrator, _) = await PeopleApi.OfNewAsync(Server, Tenants.A, Administrator, "ua", "user-administrator");
        using var own = userAdministrator;
        var target = Tenants.A.UserAccountId.ToString();
        Assert.Equal("user-beyond-own", (await EditAsync(own, target, "user")).Code);
        Assert.Equal("user-beyond-own", (await own.PostAsync($"/api/v1/users/{target}/suspend")).Code);
        Assert.Equal("administrator", (await Administrator.GetAsync($"/api/v1/users/{target}"))["role"]);
        Assert.Equal("admin@akashi.localhost", (await Administrator.GetAsync($"/api/v1/users/{target}"))["mail"]);
    }

    [Fact]
    public async Task Helpdesk_HelpsButChangesNobody()
    {
        var (helpdesk, _) = await PeopleApi.OfNewAsync(Server, Tenants.A, Administrator, "help", "helpdesk");
        using var own = helpdesk;
        Assert.Equal("not-permitted", (await own.AddAsync("x")).Code);
        Assert.Equal("not-permitted", (await own.PostAsync($"/api/v1/users/{Tenants.A.UserAccountId}/suspend")).Code);
        await Server.Database.ExecuteAsOwnerAsync("INSERT INTO identity.sign_in_charge VALUES (@id, 'admin', 5, @until, @until)", new { id = Tenants.A.Id.Value, until = Server.Clock.GetUtcNow().AddMinutes(20) });
        Assert.NotEqual("", (await own.GetAsync($"/api/v1/users/{Tenants.A.UserAccountId}"))["lockedUntil"]);
        Assert.Equal("", (await own.PostAsync($"/api/v1/users/{Tenants.A.UserAccountId}/unlock"))["lockedUntil"]);
        Assert.Equal(1, await AuditedAsync("user.unlock"));
    }

    [Fact]
    public async Task Suspend_LastAdministrator_IsRefusedWhoeverAsks()
    {
        var role = await AllPermissionsRoleAsync();
        var (other, _) = await PeopleApi.OfNewAsync(Server, Tenants.A, Administrator, "almost", role);
        using var own = other;
        Assert.Equal("last-administrator", (await own.PostAsync($"/api/v1/users/{Tenants.A.UserAccountId}/suspend")).Code);
        Assert.Equal("last-administrator", (await EditAsync(own, Tenants.A.UserAccountId.ToString(), "user")).Code);
        Assert.Equal("own-account", (await Administrator.PostAsync($"/api/v1/users/{Tenants.A.UserAccountId}/suspend")).Code);
        Assert.Equal("own-account", (await EditAsync(Administrator, Tenants.A.UserAccountId.ToString(), "user")).Code);
        using var operators = new PeopleApi(Server, Tenants.Operator.Token);
        Assert.Equal("own-account", (await operators.PostAsync($"/api/v1/users/{Tenants.Operator.UserAccountId}/suspend")).Code);
    }

    [Fact]
    public async Task Suspend_TwoAdministratorsEachOther_LeavesOne()
    {
        var (other, id) = await PeopleApi.OfNewAsync(Server, Tenants.A, Administrator, "second", "administrator");
        using var own = other;
        // Both requests are let go at the same moment, when each has found its person locked.
        await using var connection = new NpgsqlConnection(Server.Database.OwnerConnection);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var barrier = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var command = new NpgsqlCommand("SELECT id FROM identity.user_account WHERE role = 'administrator' FOR UPDATE", connection, barrier)) await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var requests = Task.WhenAll(own.PostAsync($"/api/v1/users/{Tenants.A.UserAccountId}/suspend"), Administrator.PostAsync($"/api/v1/users/{id}/suspend"));
        await TestWait.UntilAsync(async () => await CountAsync("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE a.datname = current_database() AND NOT l.granted") == 2, TimeSpan.FromSeconds(30), "both wait");
        await barrier.RollbackAsync(TestContext.Current.CancellationToken);
        Assert.Single(await requests, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(1, (await Server.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM identity.user_account WHERE role = 'administrator' AND state = 'active' AND tenant_id = @id", new { id = Tenants.A.Id.Value })).Single());
    }

    [Fact]
    public async Task Suspend_Somebody_EndsSessionsTokensAndLinksAtOnce()
    {
        var (other, id) = await PeopleApi.OfNewAsync(Server, Tenants.A, Administrator, "second", "administrator");
        using var own = other;
        using var browser = await Tenants.SignInAsync(Tenants.A);
        Assert.Equal(HttpStatusCode.OK, (await own.PostAsync($"/api/v1/users/{Tenants.A.UserAccountId}/suspend")).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync(ServiceHost.Portal, "/")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Administrator.GetAsync("/api/v1/me")).Status);
        Assert.Equal("wrong-user-state", (await own.PostAsync($"/api/v1/users/{Tenants.A.UserAccountId}/suspend")).Code);
        Assert.Equal("active", (await own.PostAsync($"/api/v1/users/{Tenants.A.UserAccountId}/reactivate"))["state"]);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync(ServiceHost.Portal, "/")).Status); // ended is ended
        Assert.Equal(HttpStatusCode.OK, (await Administrator.GetAsync("/api/v1/me")).Status);
        Assert.NotEmpty(id);
    }

    [Fact]
    public async Task Edit_AnotherMailAddress_EndsTheLinkToTheOldOne()
    {
        var outbox = new TestOutbox(Server, Tenants.A.Id);
        var added = await Administrator.AddAsync("moved");
        var link = await outbox.NextLinkAsync();
        Assert.Equal(HttpStatusCode.OK, (await EditAsync(Administrator, added["id"], "user")).Status);
        using var browser = Server.CreateBrowser();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(link)).Status);
    }

    [Fact]
    public async Task User_OfAnotherTenant_IsUnknown()
    {
        foreach (var id in new[] { Tenants.B.UserAccountId.ToString(), "nonsense" })
        {
            Assert.Equal("unknown-user", (await Administrator.GetAsync($"/api/v1/users/{id}")).Code);
            Assert.Equal("unknown-user", (await Administrator.PostAsync($"/api/v1/users/{id}/suspend")).Code);
            Assert.Equal("unknown-user", (await EditAsync(Administrator, id, "user")).Code);
        }
    }

    private async Task<string> AllPermissionsRoleAsync()
    {
        var permissions = Roles.PermissionsOf(Roles.Administrator).Select(Platform.Tenancy.PermissionCatalogue.IdOf);
        return (await Administrator.PostAsync("/api/v1/roles", new { name = "すべて", permissions }))["key"];
    }

    private static Task<ApiAnswer> EditAsync(PeopleApi api, string id, string role) => api.PutAsync($"/api/v1/users/{id}", new { displayName = "変更 後", mail = "new@a.example", role });

    private Task<long> AuditedAsync(string action) => CountAsync($"SELECT count(*) FROM platform.audit_entry WHERE action = '{action}'");

    private async Task<long> CountAsync(string sql) => (await Server.Database.QueryAsOwnerAsync<long>(sql)).Single();
}
