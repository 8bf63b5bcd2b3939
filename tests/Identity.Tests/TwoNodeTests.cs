using System.Diagnostics;
using System.Net;
using Akashi.Identity.SignIn;
using Akashi.Platform.Web;
using Akashi.Portal;
using Akashi.TestKit;

namespace Akashi.Identity.Tests;

/// <summary>Two servers on one database: what one node counts or ends, the other knows at once.</summary>
public sealed class TwoNodeTests : IAsyncLifetime
{
    private const string Session = "__Host-akashi-session";
    private TestServer _first = null!;
    private TestServer _second = null!;
    private TwoTenants _tenants = null!;

    public async ValueTask InitializeAsync()
    {
        (_first, _tenants) = await IdentityServer.StartOwnAsync();
        _second = await _first.StartBesideAsync(new IdentityModule(), new PortalModule());
    }

    public async ValueTask DisposeAsync()
    {
        await _second.DisposeAsync();
        await _first.DisposeAsync();
    }

    [Fact]
    public async Task SignIn_FiftyClientsOverTwoNodes_CountsExactly()
    {
        const int clients = 50;
        var answers = await Task.WhenAll(Enumerable.Range(0, clients).Select(number => GuessAsync(number % 2 == 0 ? _first : _second, number)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Forbidden, answer));
        Assert.Equal(5, await CountAsync("SELECT failed_count FROM identity.sign_in_charge"));
        Assert.Equal(5, await CountAsync("SELECT count(*) FROM identity.sign_in_record WHERE outcome = 'wrong-password'"));
        Assert.Equal(clients - 5, await CountAsync("SELECT count(*) FROM identity.sign_in_record WHERE outcome = 'not-accepted'"));
        using var right = _second.CreateBrowser();
        Assert.Equal(HttpStatusCode.Forbidden, (await right.SubmitAsync(ServiceHost.Portal, "/sign-in", TwoTenants.FieldsOf(_tenants.A))).Status); // locked
    }

    [Fact]
    public async Task Codes_FiftyClientsOverTwoNodes_CountExactly()
    {
        await _tenants.RequireCodesAsync(_tenants.A);
        using var browser = _first.CreateBrowser();
        await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", TwoTenants.FieldsOf(_tenants.A));
        var awaiting = browser.Cookie(ServiceHost.Portal, SignInCookie.Name)!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async number =>
        {
            using var client = (number % 2 == 0 ? _first : _second).CreateBrowser();
            client.SetCookie(ServiceHost.Portal, SignInCookie.Name, awaiting);
            return (await client.SubmitAsync(ServiceHost.Portal, CodeSignIn.Path, [new("code", "nonsense")])).Status;
        }));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Forbidden, answer));
        Assert.Equal(5, await CountAsync("SELECT tries FROM identity.sign_in_challenge"));
        Assert.Equal(10, await CountAsync("SELECT failed_count FROM identity.code_charge"));
    }

    [Fact]
    public async Task Session_EndedOnOneNode_IsGoneOnTheOtherWithinASecond()
    {
        using var here = await _tenants.SignInAsync(_tenants.A);
        using var elsewhere = await _tenants.SignInAsync(_tenants.A);
        using var there = On(_second, elsewhere);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync(ServiceHost.Portal, "/")).Status);
        var page = await here.GetAsync(ServiceHost.Portal, "/account/sessions");
        Assert.Equal(2, page.Body.Split("<tr").Length - 2);
        Assert.Equal("/account/sessions?done=1", (await here.SubmitAsync(ServiceHost.Portal, "/account/sessions", [], action: "/account/sessions/end-others")).Location?.PathAndQuery);
        var ended = Stopwatch.GetTimestamp();
        Assert.Equal(HttpStatusCode.Redirect, (await there.GetAsync(ServiceHost.Portal, "/")).Status);
        Assert.InRange(Stopwatch.GetElapsedTime(ended), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync(ServiceHost.Portal, "/")).Status);
    }

    [Fact]
    public async Task Role_TakenOnOneNode_CountsOnTheOtherAtOnce()
    {
        using var browser = await _tenants.SignInToConsoleAsync(_tenants.A);
        using var there = On(_second, browser);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync(ServiceHost.Console, "/users")).Status);
        await _first.Database.ExecuteAsOwnerAsync("UPDATE identity.user_account SET role = 'user' WHERE tenant_id = @id", new { id = _tenants.A.Id.Value });
        Assert.Equal(HttpStatusCode.Forbidden, (await there.GetAsync(ServiceHost.Console, "/users")).Status);
    }

    /// <summary>The same person's cookies at another node, as behind a balancer.</summary>
    private static TestBrowser On(TestServer node, TestBrowser browser)
    {
        var other = node.CreateBrowser();
        foreach (var host in new[] { ServiceHost.Portal, ServiceHost.Console })
            if (browser.Cookie(host, Session) is { } cookie) other.SetCookie(host, Session, cookie);
        return other;
    }

    private async Task<HttpStatusCode> GuessAsync(TestServer node, int number)
    {
        using var browser = node.CreateBrowser();
        while (true)
        {
            var answer = await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", [new("supportId", _tenants.A.SupportId), new("userId", _tenants.A.UserId), new("password", $"Wrong-guess-{number}")]);
            if (answer.Status != HttpStatusCode.ServiceUnavailable) return answer.Status; // asked to come back, and not counted
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    private async Task<long> CountAsync(string sql) => (await _first.Database.QueryAsOwnerAsync<long>(sql)).Single();
}
