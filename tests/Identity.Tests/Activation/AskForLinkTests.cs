using System.Net;
using System.Text.RegularExpressions;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Identity.Tests.Activation;

public sealed partial class AskForLinkTests : IAsyncLifetime
{
    private const string Fresh = "Fresh-pass-2026";
    private TestServer _server = null!;
    private TwoTenants _tenants = null!;
    private TestOutbox _outbox = null!;

    public async ValueTask InitializeAsync()
    {
        (_server, _tenants) = await IdentityServer.StartOwnAsync();
        _outbox = new TestOutbox(_server, _tenants.A.Id);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Reset_ByMailedLink_SetsThePasswordEndsSessionsAndTellsTheOwner()
    {
        using var elsewhere = await _tenants.SignInAsync(_tenants.A);
        using var browser = _server.CreateBrowser();
        Assert.Equal("/forgotten?done=1", (await AskAsync(browser, _tenants.A.SupportId, "ＡＤＭＩＮ")).Location?.PathAndQuery);
        var link = await _outbox.NextLinkAsync();
        Assert.Equal("/reset", link.AbsolutePath);
        var answer = await SetAsync(browser, link, Fresh);
        Assert.Equal("/sign-in?done=reset&user=admin", answer.Location?.PathAndQuery);
        Assert.Contains("パスワードが変更", await _outbox.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await elsewhere.GetAsync(ServiceHost.Portal, "/")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(link)).Status); // once
        using var signedIn = await _tenants.SignInAsync(_tenants.A with { Password = Fresh });
    }

    [Fact]
    public async Task Reset_AfterThirtyMinutes_IsGone()
    {
        using var browser = _server.CreateBrowser();
        await AskAsync(browser, _tenants.A.SupportId, "admin");
        var link = await _outbox.NextLinkAsync();
        _server.Clock.Advance(TimeSpan.FromMinutes(30) + TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(link)).Status);
    }

    [Fact]
    public async Task Ask_Invited_SendsTheFirstAccessLinkAgain()
    {
        await _server.Database.ExecuteAsOwnerAsync("UPDATE identity.user_account SET state = 'invited', password_hash = NULL WHERE tenant_id = @id", new { id = _tenants.A.Id.Value });
        using var browser = _server.CreateBrowser();
        await AskAsync(browser, _tenants.A.SupportId, "admin");
        var link = await _outbox.NextLinkAsync();
        Assert.Equal("/activate", link.AbsolutePath);
        Assert.Equal(HttpStatusCode.Redirect, (await SetAsync(browser, link, Fresh)).Status);
    }

    [Fact]
    public async Task Ask_Suspended_SendsNothing()
    {
        await _server.Database.ExecuteAsOwnerAsync("UPDATE identity.user_account SET state = 'suspended' WHERE tenant_id = @id", new { id = _tenants.A.Id.Value });
        using var browser = _server.CreateBrowser();
        await AskAsync(browser, _tenants.A.SupportId, "admin");
        await JudgedAsync();
        Assert.Empty(await _server.Database.QueryAsOwnerAsync<int>("SELECT 1 FROM platform.mail"));
    }

    [Theory]
    [InlineData("ja")]
    [InlineData("en")]
    public async Task Ask_KnownOrUnknown_AnswersAlike(string language)
    {
        var known = await AnswerAsync(language, _tenants.A.SupportId, "admin");
        Assert.Equal(known, await AnswerAsync(language, _tenants.A.SupportId, "nobody"));
        Assert.Equal(known, await AnswerAsync(language, "AK99999999", "admin"));
        Assert.Equal(known, await AnswerAsync(language, "no such id", "\u0001"));
        Assert.Equal(known, await AnswerAsync(language, new string('x', 300), new string('y', 5000)));
        for (var i = 0; i < 5; i++) Assert.Equal(known, await AnswerAsync(language, _tenants.A.SupportId, "admin")); // over the limit
    }

    [Fact]
    public async Task Ask_ManyAtOnce_SendsThreeAnHour()
    {
        using var browser = _server.CreateBrowser();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => AskAsync(browser, _tenants.A.SupportId, "admin")));
        await JudgedAsync();
        Assert.Equal(3, await CountAsync("SELECT count(*) FROM identity.link_request"));
        Assert.Equal(3, await CountAsync("SELECT count(*) FROM platform.mail"));
        _server.Clock.Advance(TimeSpan.FromMinutes(61));
        await AskAsync(browser, _tenants.A.SupportId, "admin");
        Assert.Equal(4, await CountAsync("SELECT count(*) FROM identity.link_request"));
    }

    [Fact]
    public async Task Ask_ManyNamesFromOneAddress_IsLimited()
    {
        using var browser = _server.CreateBrowser();
        for (var i = 0; i < 25; i++) await AskAsync(browser, _tenants.A.SupportId, $"name-{i}");
        Assert.Equal(20, await CountAsync("SELECT count(*) FROM identity.link_request"));
    }

    private async Task<string> AnswerAsync(string language, string supportId, string userId)
    {
        using var browser = _server.CreateBrowser();
        browser.SetCookie(ServiceHost.Portal, "__Host-akashi-language", language == "ja" ? "c%3Dja-JP%7Cuic%3Dja-JP" : "c%3Den-US%7Cuic%3Den-US");
        var answer = await AskAsync(browser, supportId, userId);
        var page = await browser.FollowAsync(answer);
        Assert.Contains(language == "ja" ? "受け付けました" : "We have your request", page.Body, StringComparison.Ordinal);
        var headers = string.Join('\n', answer.Message.Headers.Select(header => header.Key).Order(StringComparer.Ordinal));
        return $"{answer.Status} {answer.Location}\n{headers}\n{page.Status}\n{FormToken().Replace(page.Body, "")}";
    }

    private static Task<TestAnswer> AskAsync(TestBrowser browser, string supportId, string userId) =>
        browser.SubmitAsync(ServiceHost.Portal, "/forgotten", [new("supportId", supportId), new("userId", userId)]);

    private static async Task<TestAnswer> SetAsync(TestBrowser browser, Uri link, string password)
    {
        var code = System.Web.HttpUtility.ParseQueryString(link.Query)["code"]!;
        return await browser.SubmitAsync(ServiceHost.Portal, link.PathAndQuery, [new("code", code), new("password", password), new("repeated", password)], action: link.AbsolutePath);
    }

    private Task JudgedAsync() => TestWait.UntilAsync(async () => await CountAsync("SELECT count(*) FROM identity.link_request WHERE NOT judged") == 0, TimeSpan.FromSeconds(30), "the requests are judged");

    private async Task<long> CountAsync(string sql) => (await _server.Database.QueryAsOwnerAsync<long>(sql)).Single();

    [GeneratedRegex("value=\"CfDJ8[^\"]*\"", RegexOptions.None, 1000)]
    private static partial Regex FormToken();
}
