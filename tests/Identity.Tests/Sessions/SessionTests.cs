using System.Net;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Identity.Tests.Sessions;

public sealed class SessionTests : IAsyncLifetime
{
    private const string Session = "__Host-akashi-session";
    private TestServer _server = null!;
    private TwoTenants _tenants = null!;

    public async ValueTask InitializeAsync() => (_server, _tenants) = await IdentityServer.StartOwnAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Session_UnusedForHalfAnHour_Ends()
    {
        using var browser = await _tenants.SignInAsync(_tenants.A);
        for (var i = 0; i < 3; i++)
        {
            _server.Clock.Advance(TimeSpan.FromMinutes(25)); // used in time, it goes on
            Assert.Equal(HttpStatusCode.OK, await HomeAsync(browser));
        }
        _server.Clock.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal(HttpStatusCode.Redirect, await HomeAsync(browser));
    }

    [Fact]
    public async Task Session_TwelveHoursOld_EndsThoughUsed()
    {
        using var browser = await _tenants.SignInAsync(_tenants.A);
        for (var minutes = 0; minutes < 12 * 60; minutes += 20)
        {
            Assert.Equal(HttpStatusCode.OK, await HomeAsync(browser));
            _server.Clock.Advance(TimeSpan.FromMinutes(20));
        }
        Assert.Equal(HttpStatusCode.Redirect, await HomeAsync(browser));
    }

    [Fact]
    public async Task SignIn_WithASessionIdFromElsewhere_GivesANewOneAndEndsTheOld()
    {
        // Fixation: the attacker plants a session id of his own and waits for the victim to sign in.
        using var attacker = await _tenants.SignInAsync(_tenants.A);
        var planted = attacker.Cookie(ServiceHost.Portal, Session)!;
        using var victim = _server.CreateBrowser();
        var form = await victim.GetAsync(ServiceHost.Portal, "/sign-in");
        victim.SetCookie(ServiceHost.Portal, Session, planted);
        var token = System.Text.RegularExpressions.Regex.Match(form.Body, "RequestVerificationToken\"[^>]*value=\"([^\"]+)", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Groups[1].Value;
        await victim.PostAsync(ServiceHost.Portal, "/sign-in", [.. TwoTenants.FieldsOf(_tenants.A), new("__RequestVerificationToken", token)]);
        Assert.NotEqual(planted, victim.Cookie(ServiceHost.Portal, Session));
        Assert.Equal(HttpStatusCode.OK, await HomeAsync(victim));
        Assert.Equal(HttpStatusCode.Redirect, await HomeAsync(attacker));
    }

    [Fact]
    public async Task Session_UnderAnotherTenant_IsUnknown()
    {
        using var browser = await _tenants.SignInAsync(_tenants.A);
        var own = browser.Cookie(ServiceHost.Portal, Session)!;
        browser.SetCookie(ServiceHost.Portal, Session, _tenants.B.Id + own[32..]);
        Assert.Equal(HttpStatusCode.Redirect, await HomeAsync(browser));
    }

    [Fact]
    public async Task Session_OfThePortal_IsNoneOfTheConsole()
    {
        using var browser = await _tenants.SignInAsync(_tenants.A);
        browser.SetCookie(ServiceHost.Console, Session, browser.Cookie(ServiceHost.Portal, Session)!);
        var answer = await browser.GetAsync(ServiceHost.Console, "/");
        Assert.Equal("/sign-in", answer.Location?.AbsolutePath);
    }

    [Fact]
    public async Task Session_OfASuspendedPerson_EndsAtOnce()
    {
        using var browser = await _tenants.SignInAsync(_tenants.A);
        await _server.Database.ExecuteAsOwnerAsync("UPDATE identity.user_account SET state = 'suspended' WHERE tenant_id = @id", new { id = _tenants.A.Id.Value });
        Assert.Equal(HttpStatusCode.Redirect, await HomeAsync(browser));
    }

    [Fact]
    public async Task Session_InTheDatabase_IsOnlyADigest()
    {
        using var browser = await _tenants.SignInAsync(_tenants.A);
        var secret = browser.Cookie(ServiceHost.Portal, Session)![33..];
        var rows = await _server.Database.QueryAsOwnerAsync<string>("SELECT encode(id, 'base64') FROM identity.session");
        Assert.All(rows, row => Assert.DoesNotContain(secret[..20], row, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Session_UsedOften_IsWrittenOnceAMinute()
    {
        using var browser = await _tenants.SignInAsync(_tenants.A);
        await HomeAsync(browser);
        var before = await LastUsedAsync();
        _server.Clock.Advance(TimeSpan.FromSeconds(50));
        await HomeAsync(browser);
        Assert.Equal(before, await LastUsedAsync());
        _server.Clock.Advance(TimeSpan.FromSeconds(20));
        await HomeAsync(browser);
        Assert.NotEqual(before, await LastUsedAsync());
    }

    [Fact]
    public async Task Forms_WithoutTheirToken_AreRefused()
    {
        using var browser = await _tenants.SignInToConsoleAsync(_tenants.A);
        foreach (var (host, path) in new[] { (ServiceHost.Portal, "/sign-in"), (ServiceHost.Portal, "/sign-out"), (ServiceHost.Console, "/sign-out"), (ServiceHost.Portal, "/account/password"), (ServiceHost.Portal, "/activate"), (ServiceHost.Portal, "/language") })
        {
            var answer = await browser.PostAsync(host, path, TwoTenants.FieldsOf(_tenants.A));
            Assert.True(answer.Status == HttpStatusCode.BadRequest, $"{host} {path} answered {answer.Status} without a token");
        }
        Assert.Equal(HttpStatusCode.OK, await HomeAsync(browser));
    }

    [Fact]
    public async Task ChangePassword_Done_EndsEveryOtherSignIn()
    {
        using var here = await _tenants.SignInAsync(_tenants.A);
        using var elsewhere = await _tenants.SignInAsync(_tenants.A);
        var answer = await here.SubmitAsync(ServiceHost.Portal, "/account/password", [new("current", _tenants.A.Password), new("password", "Fresh-pass-2026"), new("repeated", "Fresh-pass-2026")]);
        Assert.Equal("/account/password?done=1", answer.Location?.PathAndQuery);
        Assert.Equal(_tenants.A.UserId, Assert.Single(await _server.Database.QueryAsOwnerAsync<string>("SELECT actor FROM platform.audit_entry WHERE action = 'account.change-password' AND before IS NULL AND after IS NULL")));
        Assert.Equal(HttpStatusCode.OK, await HomeAsync(here));
        Assert.Equal(HttpStatusCode.Redirect, await HomeAsync(elsewhere));
        using var fresh = await _tenants.SignInAsync(_tenants.A with { Password = "Fresh-pass-2026" });
        Assert.Equal(HttpStatusCode.OK, await HomeAsync(fresh));
    }

    private static async Task<HttpStatusCode> HomeAsync(TestBrowser browser) => (await browser.GetAsync(ServiceHost.Portal, "/")).Status;

    private async Task<DateTime> LastUsedAsync() => (await _server.Database.QueryAsOwnerAsync<DateTime>("SELECT last_used_at FROM identity.session")).Single();
}
