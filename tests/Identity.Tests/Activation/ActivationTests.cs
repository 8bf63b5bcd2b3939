using System.Net;
using Akashi.Identity.Contracts;
using Akashi.Platform.Web;
using Akashi.Portal;
using Akashi.TestKit;

namespace Akashi.Identity.Tests.Activation;

public sealed class ActivationTests : IAsyncLifetime
{
    private const string Password = "Hajimete-2026";
    private TestServer _server = null!;
    private LocalAccess _access = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(new IdentityModule(), new PortalModule());
        _access = await LocalAccess.EnsureAsync(_server.Services, null, CancellationToken.None);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Activate_ThenSignIn_Works()
    {
        using var browser = _server.CreateBrowser();
        var answer = await SetAsync(browser, _access.Customer!.Link!, Password);
        Assert.Equal("/sign-in?done=activated&user=admin", answer.Location?.PathAndQuery);
        var page = await browser.FollowAsync(answer);
        Assert.Contains("AK00000001", page.Body, StringComparison.Ordinal); // remembered
        var signedIn = await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", [new("supportId", "AK00000001"), new("userId", "ADMIN"), new("password", Password)]);
        Assert.Equal(HttpStatusCode.OK, (await browser.FollowAsync(signedIn)).Status);
    }

    [Fact]
    public async Task Activate_UsedLink_IsGone()
    {
        using var browser = _server.CreateBrowser();
        await SetAsync(browser, _access.Operator.Link!, Password);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(new Uri(_access.Operator.Link!))).Status);
    }

    [Fact]
    public async Task Activate_AfterSevenDays_IsGone()
    {
        using var browser = _server.CreateBrowser();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(new Uri(_access.Customer!.Link!))).Status);
        _server.Clock.Advance(TimeSpan.FromDays(7) + TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(new Uri(_access.Customer!.Link!))).Status);
    }

    [Fact]
    public async Task Activate_WeakPassword_SaysWhyAndKeepsTheLink()
    {
        using var browser = _server.CreateBrowser();
        var answer = await SetAsync(browser, _access.Customer!.Link!, "weak");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains("8～64", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("weak\"", answer.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await SetAsync(browser, _access.Customer!.Link!, Password)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?code=nonsense")]
    [InlineData("?code=01a1fdf4326074878f276e53c1ea3459.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Activate_NoSuchLink_IsNotFound(string query)
    {
        using var browser = _server.CreateBrowser();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(ServiceHost.Portal, "/activate" + query)).Status);
    }

    [Fact]
    public async Task SignIn_BeforeActivation_IsRefused()
    {
        using var browser = _server.CreateBrowser();
        var answer = await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", [new("supportId", "AK00000001"), new("userId", "admin"), new("password", "")]);
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
    }

    [Fact]
    public async Task Ensure_Again_IssuesFreshAccessAndEndsTheOld()
    {
        var again = await LocalAccess.EnsureAsync(_server.Services, null, CancellationToken.None);
        Assert.NotEqual(_access.Customer!.ApiToken, again.Customer!.ApiToken);
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(_access.Customer!.ApiToken));
        Assert.Equal(HttpStatusCode.OK, await MeAsync(again.Customer!.ApiToken));
        using var browser = _server.CreateBrowser();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(new Uri(_access.Customer!.Link!))).Status);
        await SetAsync(browser, again.Customer!.Link!, Password);
        var last = await LocalAccess.EnsureAsync(_server.Services, null, CancellationToken.None);
        Assert.Null(last.Customer!.Link);
        Assert.NotNull(last.Operator.Link);
    }

    [Fact]
    public async Task Start_Again_MakesNothingTwice()
    {
        await new IdentityModule().StartAsync(_server.Services, CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new IdentityModule().StartAsync(_server.Services, CancellationToken.None)));
        Assert.Equal(["AK00000000", "AK00000001"], await _server.Database.QueryAsOwnerAsync<string>("SELECT support_id FROM identity.tenant ORDER BY 1"));
        Assert.Equal(2, (await _server.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM identity.user_account")).Single());
        Assert.Equal(2, (await _server.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM identity.contract")).Single());
    }

    private static async Task<TestAnswer> SetAsync(TestBrowser browser, string link, string password)
    {
        var path = new Uri(link).PathAndQuery;
        return await browser.SubmitAsync(ServiceHost.Portal, path, [new("code", path[(path.IndexOf('=', StringComparison.Ordinal) + 1)..]), new("password", password), new("repeated", password)], action: "/activate");
    }

    private async Task<HttpStatusCode> MeAsync(string token)
    {
        using var client = _server.CreateClient(ServiceHost.Api);
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var answer = await client.GetAsync("/api/v1/me");
        return answer.StatusCode;
    }
}
