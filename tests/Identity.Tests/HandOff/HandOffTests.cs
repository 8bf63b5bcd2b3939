using System.Net;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Identity.Tests.HandOff;

public sealed class HandOffTests(IdentityServer fixture)
{
    private const string Session = "__Host-akashi-session";
    private const string Secret = "__Host-akashi-hand-off";

    [Fact]
    public async Task SignIn_ForTheConsole_EndsOnTheWantedPath()
    {
        using var browser = fixture.Server.CreateBrowser();
        var answer = await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", [.. TwoTenants.FieldsOf(fixture.Tenants.A), new("to", "console"), new("return", "/signed-out?x=1")]);
        var visited = new List<string>();
        while (answer.Location is { } location)
        {
            visited.Add(location.AbsolutePath);
            answer = await browser.GetAsync(location);
        }
        Assert.Equal(["/to/console", "/begin", "/to/console", "/hand-off", "/signed-out"], visited);
        Assert.NotNull(browser.Cookie(ServiceHost.Console, Session));
    }

    [Fact]
    public async Task Arrive_CodeUsedTwice_IsRefusedTheSecondTime()
    {
        using var browser = await fixture.Tenants.SignInAsync(fixture.Tenants.A);
        var code = await CodeAsync(browser);
        var secret = browser.Cookie(ServiceHost.Console, Secret)!;
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync(code)).Status);
        using var again = fixture.Server.CreateBrowser();
        again.SetCookie(ServiceHost.Console, Secret, secret);
        Assert.Equal(HttpStatusCode.Forbidden, (await again.GetAsync(code)).Status);
        Assert.Null(again.Cookie(ServiceHost.Console, Session));
    }

    [Fact]
    public async Task Arrive_InAnotherBrowser_IsRefused()
    {
        // Login CSRF: an attacker sends the victim a code of his own account.
        using var attacker = await fixture.Tenants.SignInAsync(fixture.Tenants.B);
        var code = await CodeAsync(attacker);
        using var victim = fixture.Server.CreateBrowser();
        Assert.Equal(HttpStatusCode.Forbidden, (await victim.GetAsync(code)).Status);
        await victim.GetAsync(ServiceHost.Console, "/begin?return=/"); // even when the victim is on the way to sign in
        Assert.Equal(HttpStatusCode.Forbidden, (await victim.GetAsync(code)).Status);
        Assert.Null(victim.Cookie(ServiceHost.Console, Session));
    }

    [Fact]
    public async Task Arrive_AfterSigningOut_IsRefused()
    {
        using var browser = await fixture.Tenants.SignInAsync(fixture.Tenants.A);
        var code = await CodeAsync(browser);
        await browser.SubmitAsync(ServiceHost.Portal, "/", [], action: "/sign-out");
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(code)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?code=")]
    [InlineData("?code=x")]
    [InlineData("?code=01a1fdf4326074878f276e53c1ea3459.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("?code=a&code=b")]
    public async Task Arrive_NoSuchCode_IsRefused(string query)
    {
        using var browser = fixture.Server.CreateBrowser();
        await browser.GetAsync(ServiceHost.Console, "/begin?return=/");
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(ServiceHost.Console, "/hand-off" + query)).Status);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("/%09/evil.example/")]
    public async Task Anywhere_ReturnToAStranger_StaysAtHome(string path)
    {
        using var browser = await fixture.Tenants.SignInAsync(fixture.Tenants.A);
        foreach (var start in new[] { "/sign-in?to=portal&return=", "/to/console?return=" })
        {
            var answer = await browser.GetAsync(ServiceHost.Portal, start + Uri.EscapeDataString(Uri.UnescapeDataString(path)));
            while (answer.Location is { } location)
            {
                Assert.True(location.Host.EndsWith(".akashi.localhost", StringComparison.Ordinal), $"{start}{path} leads to {location}");
                if (location.AbsolutePath == "/") break;
                answer = await browser.GetAsync(location);
            }
        }
    }

    [Fact]
    public async Task SignOut_OnThePortal_EndsTheConsoleToo()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var answer = await browser.SubmitAsync(ServiceHost.Portal, "/", [], action: "/sign-out");
        Assert.Equal("/signed-out", answer.Location?.AbsolutePath);
        var console = await browser.GetAsync(ServiceHost.Console, "/");
        Assert.Equal(fixture.Server.Hosts.NameOf(ServiceHost.Portal), console.Location?.Host);
        Assert.Equal("/sign-in", console.Location?.AbsolutePath);
    }

    private static async Task<Uri> CodeAsync(TestBrowser browser)
    {
        var begin = await browser.GetAsync(ServiceHost.Console, "/begin?return=/");
        var portal = await browser.GetAsync(begin.Location!);
        Assert.Equal("/hand-off", portal.Location?.AbsolutePath);
        return portal.Location!;
    }
}
