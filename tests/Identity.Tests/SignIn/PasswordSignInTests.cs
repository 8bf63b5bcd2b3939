using System.Net;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Identity.Tests.SignIn;

public sealed class PasswordSignInTests(IdentityServer fixture)
{
    private const string Session = "__Host-akashi-session";

    [Fact]
    public async Task SignIn_RightPassword_LeadsHome()
    {
        using var browser = fixture.Server.CreateBrowser();
        var answer = await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", TwoTenants.FieldsOf(fixture.Tenants.A));
        Assert.Equal(HttpStatusCode.Redirect, answer.Status);
        var home = await browser.FollowAsync(answer);
        Assert.Equal(HttpStatusCode.OK, home.Status);
        Assert.Contains("管理者", home.Body, StringComparison.Ordinal);
        Assert.NotNull(browser.Cookie(ServiceHost.Portal, Session));
    }

    [Fact]
    public async Task SignIn_ToConsole_ArrivesWithItsOwnSession()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var portal = browser.Cookie(ServiceHost.Portal, Session);
        var console = browser.Cookie(ServiceHost.Console, Session);
        Assert.NotNull(console);
        Assert.NotEqual(portal, console);
    }

    [Fact]
    public async Task Me_WithToken_NamesTheTenant()
    {
        using var client = fixture.Tenants.CreateApiClient(fixture.Tenants.B);
        var body = await client.GetStringAsync("/api/v1/me", TestContext.Current.CancellationToken);
        Assert.Contains(fixture.Tenants.B.Id.ToString(), body, StringComparison.Ordinal);
    }
}
