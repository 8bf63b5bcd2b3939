using System.Net;
using Akashi.Identity.SignIn;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Identity.Tests.SignIn;

/// <summary>On a server of its own: these lock accounts and move the clock.</summary>
public sealed class LockoutTests : IAsyncLifetime
{
    private const string Session = "__Host-akashi-session";
    private TestServer _server = null!;
    private TwoTenants _tenants = null!;

    public async ValueTask InitializeAsync() => (_server, _tenants) = await IdentityServer.StartOwnAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Judge_ManyGuessesAtOnce_JudgesNoMoreThanAllowed()
    {
        const int guesses = 16;
        var judge = _server.Services.GetRequiredService<PasswordJudge>();
        var attempts = Enumerable.Range(0, guesses).Select(number => judge.JudgeAsync(
            new Attempt(_tenants.A.SupportId, _tenants.A.UserId, $"Wrong-guess-{number}", "127.0.0.1"), (_, _) => Task.CompletedTask, CancellationToken.None));
        var outcomes = await Task.WhenAll(attempts);
        Assert.All(outcomes, outcome => Assert.Equal("sign-in-refused", outcome.Failure?.Code));
        Assert.Equal(5, await CountAsync("wrong-password"));
        Assert.Equal(guesses - 5, await CountAsync("not-accepted"));
        Assert.Equal(5, await FailedCountAsync());
    }

    [Fact]
    public async Task SignIn_Locked_RefusesEvenTheRightPasswordUntilTheLockEnds()
    {
        using var browser = _server.CreateBrowser();
        var texts = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 5; i++) texts.Add(Alert(await SubmitAsync(browser, "Wrong-guess-1")));
        texts.Add(Alert(await SubmitAsync(browser, _tenants.A.Password)));
        Assert.Single(texts); // locked and wrong read alike
        _server.Clock.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(HttpStatusCode.Forbidden, (await SubmitAsync(browser, _tenants.A.Password)).Status);
        _server.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.Redirect, (await SubmitAsync(browser, _tenants.A.Password)).Status);
        Assert.NotNull(browser.Cookie(ServiceHost.Portal, Session));
        Assert.Equal(0, await FailedCountAsync());
    }

    [Fact]
    public async Task SignIn_AfterALockEnded_CountsFromOne()
    {
        using var browser = _server.CreateBrowser();
        for (var i = 0; i < 5; i++) await SubmitAsync(browser, "Wrong-guess-1");
        _server.Clock.Advance(TimeSpan.FromMinutes(31));
        await SubmitAsync(browser, "Wrong-guess-2");
        Assert.Equal(1, await FailedCountAsync());
    }

    [Fact]
    public async Task SignIn_FifthTryIsRight_SignsInAndResets()
    {
        using var browser = _server.CreateBrowser();
        for (var i = 0; i < 4; i++) await SubmitAsync(browser, "Wrong-guess-1");
        Assert.Equal(HttpStatusCode.Redirect, (await SubmitAsync(browser, _tenants.A.Password)).Status);
        Assert.Equal(0, await FailedCountAsync());
    }

    [Fact]
    public async Task ChangePassword_GuessingTheCurrentOne_SharesTheCounter()
    {
        using var browser = await _tenants.SignInAsync(_tenants.A);
        for (var i = 0; i < 5; i++)
        {
            var answer = await browser.SubmitAsync(ServiceHost.Portal, "/account/password",
                [new("current", $"Wrong-guess-{i}"), new("password", "Fresh-pass-2026"), new("repeated", "Fresh-pass-2026")]);
            Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        }
        using var other = _server.CreateBrowser();
        Assert.Equal(HttpStatusCode.Forbidden, (await SubmitAsync(other, _tenants.A.Password)).Status);
    }

    private Task<TestAnswer> SubmitAsync(TestBrowser browser, string password) => browser.SubmitAsync(ServiceHost.Portal, "/sign-in",
        [new("supportId", _tenants.A.SupportId), new("userId", _tenants.A.UserId), new("password", password)]);

    private async Task<long> CountAsync(string outcome) => (await _server.Database.QueryAsOwnerAsync<long>(
        "SELECT count(*) FROM identity.sign_in_record WHERE tenant_id = @id AND outcome = @outcome", new { id = _tenants.A.Id.Value, outcome })).Single();

    private async Task<int> FailedCountAsync() => (await _server.Database.QueryAsOwnerAsync<int>(
        "SELECT coalesce(max(failed_count), 0) FROM identity.sign_in_charge WHERE tenant_id = @id", new { id = _tenants.A.Id.Value })).Single();

    private static string Alert(TestAnswer answer)
    {
        var at = answer.Body.IndexOf("role=\"alert\"", StringComparison.Ordinal);
        Assert.True(at >= 0, answer.Body);
        return answer.Body[at..answer.Body.IndexOf("</div></div>", at, StringComparison.Ordinal)];
    }
}
