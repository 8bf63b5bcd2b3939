using System.Net;
using Akashi.Identity.SignIn;
using Akashi.Identity.Tests.Users;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Identity.Tests.SignIn;

/// <summary>Id, password and mailed code, as new contracts sign in.</summary>
public sealed class CodeSignInTests : IAsyncLifetime
{
    private const string Session = "__Host-akashi-session";
    private const string Awaiting = "__Host-akashi-sign-in";
    private TestServer _server = null!;
    private TwoTenants _tenants = null!;
    private TestOutbox _outbox = null!;

    public async ValueTask InitializeAsync()
    {
        (_server, _tenants) = await IdentityServer.StartOwnAsync();
        await _tenants.RequireCodesAsync(_tenants.A);
        _outbox = new TestOutbox(_server, _tenants.A.Id);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task SignIn_PasswordAndCode_OpensASessionAndOnlyThen()
    {
        using var browser = await BeginAsync();
        Assert.Null(browser.Cookie(ServiceHost.Portal, Session));
        Assert.Equal("/sign-in", (await browser.GetAsync(ServiceHost.Portal, "/account/sessions")).Location?.AbsolutePath);
        var answer = await SubmitAsync(browser, await _outbox.NextCodeAsync());
        Assert.Equal("/", answer.Location?.PathAndQuery);
        Assert.Equal(HttpStatusCode.OK, (await browser.FollowAsync(answer)).Status);
        Assert.True(string.IsNullOrEmpty(browser.Cookie(ServiceHost.Portal, Awaiting)));
        Assert.Equal(["succeeded"], await OutcomesAsync("outcome = 'succeeded'"));
    }

    [Fact]
    public async Task SignIn_ToConsole_ArrivesThereAfterTheCode()
    {
        using var browser = _server.CreateBrowser();
        var begun = await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", [.. TwoTenants.FieldsOf(_tenants.A), new("to", "console"), new("return", "/users")]);
        var page = await browser.FollowAsync(begun);
        Assert.Contains("name=\"to\" value=\"console\"", page.Body, StringComparison.Ordinal);
        var answer = await browser.SubmitAsync(ServiceHost.Portal, begun.Location!.PathAndQuery, [new("code", await _outbox.NextCodeAsync()), new("to", "console"), new("return", "/users")], action: CodeSignIn.Path);
        var arrived = await browser.FollowAsync(answer);
        Assert.Equal(HttpStatusCode.OK, arrived.Status);
        Assert.NotNull(browser.Cookie(ServiceHost.Console, Session));
    }

    [Fact]
    public async Task SignIn_ContractWithoutAChoice_AsksForTheCode()
    {
        await _server.Database.ExecuteAsOwnerAsync("DELETE FROM identity.sign_in_policy WHERE tenant_id = @id", new { id = _tenants.A.Id.Value });
        using var browser = await BeginAsync();
        Assert.Null(browser.Cookie(ServiceHost.Portal, Session));
    }

    [Theory]
    [InlineData("１２３ ４５６", 123456)]
    [InlineData(" 000-001 ", 1)]
    [InlineData("12345", -1)]
    [InlineData("1234567", -1)]
    [InlineData("12a456", -1)]
    [InlineData("", -1)]
    [InlineData(null, -1)]
    [InlineData("\ud800", -1)]
    public void CodeOf_Typed_ReadsDigitsAlone(string? typed, int code) => Assert.Equal(code, CodeSignIn.CodeOf(typed));

    [Fact]
    public async Task Code_UsedTwice_WorksOnce()
    {
        using var browser = await BeginAsync();
        var code = await _outbox.NextCodeAsync();
        var awaiting = browser.Cookie(ServiceHost.Portal, Awaiting)!;
        using var second = _server.CreateBrowser();
        second.SetCookie(ServiceHost.Portal, Awaiting, awaiting);
        await second.GetAsync(ServiceHost.Portal, CodeSignIn.Path);
        Assert.Equal("/", (await SubmitAsync(browser, code)).Location?.PathAndQuery);
        Assert.Equal("/sign-in", (await second.GetAsync(ServiceHost.Portal, CodeSignIn.Path)).Location?.AbsolutePath);
        Assert.Null(second.Cookie(ServiceHost.Portal, Session));
    }

    [Fact]
    public async Task Code_SentAtOnceFromManyTabs_OpensOneSession()
    {
        using var browser = await BeginAsync();
        var code = await _outbox.NextCodeAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SubmitAsync(browser, code)));
        Assert.Single(answers, answer => answer.Location?.PathAndQuery == "/");
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM identity.session"));
    }

    [Fact]
    public async Task Code_InAnotherBrowser_IsRefused()
    {
        using var victim = await BeginAsync();
        var code = await _outbox.NextCodeAsync();
        using var stranger = await BeginAsync();
        var own = await _outbox.NextCodeAsync();
        if (own == code) return; // once in a million
        Assert.Equal(HttpStatusCode.Forbidden, (await SubmitAsync(stranger, code)).Status);
        using var nobody = _server.CreateBrowser();
        Assert.Equal("/sign-in", (await nobody.GetAsync(ServiceHost.Portal, CodeSignIn.Path)).Location?.AbsolutePath);
        Assert.Equal("/", (await SubmitAsync(victim, code)).Location?.PathAndQuery);
    }

    [Fact]
    public async Task Code_AfterTenMinutes_IsRefused()
    {
        using var browser = await BeginAsync();
        var code = await _outbox.NextCodeAsync();
        _server.Clock.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Forbidden, (await SubmitAsync(browser, code)).Status);
    }

    [Fact]
    public async Task Code_FiveWrongOnes_SpendTheSignIn()
    {
        using var browser = await BeginAsync();
        var code = await _outbox.NextCodeAsync();
        for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.Forbidden, (await SubmitAsync(browser, WrongOf(code, i))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SubmitAsync(browser, code)).Status);
        Assert.Equal(5, (await OutcomesAsync("outcome = 'wrong-code'")).Count);
    }

    [Fact]
    public async Task Code_TenWrongOverSignIns_LockTheCodesAndNotThePassword()
    {
        for (var round = 0; round < 2; round++)
        {
            using var browser = await BeginAsync();
            var code = await _outbox.NextCodeAsync();
            for (var i = 0; i < 5; i++) await SubmitAsync(browser, WrongOf(code, i));
        }
        using var locked = _server.CreateBrowser();
        var refused = await locked.SubmitAsync(ServiceHost.Portal, "/sign-in", TwoTenants.FieldsOf(_tenants.A));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal(0, await CountAsync("SELECT coalesce(max(failed_count), 0) FROM identity.sign_in_charge"));
        Assert.Empty(await OutcomesAsync("outcome = 'succeeded'")); // the password was right, but nobody signed in
        _server.Clock.Advance(TimeSpan.FromMinutes(31));
        using var again = await BeginAsync();
        Assert.Equal("/", (await SubmitAsync(again, await _outbox.NextCodeAsync())).Location?.PathAndQuery);
        Assert.Equal(0, await CountAsync("SELECT max(failed_count) FROM identity.code_charge"));
    }

    [Fact]
    public async Task Codes_Locked_AreShownAndUnlockedByTheHelpdesk()
    {
        for (var round = 0; round < 2; round++)
        {
            using var browser = await BeginAsync();
            var code = await _outbox.NextCodeAsync();
            for (var i = 0; i < 5; i++) await SubmitAsync(browser, WrongOf(code, i));
        }
        using var helpdesk = new PeopleApi(_server, _tenants.A.Token);
        Assert.NotEqual("", (await helpdesk.GetAsync($"/api/v1/users/{_tenants.A.UserAccountId}"))["lockedUntil"]);
        Assert.Equal(HttpStatusCode.OK, (await helpdesk.PostAsync($"/api/v1/users/{_tenants.A.UserAccountId}/unlock")).Status);
        Assert.Equal("", (await helpdesk.GetAsync($"/api/v1/users/{_tenants.A.UserAccountId}"))["lockedUntil"]);
        using var again = await BeginAsync();
        Assert.Equal("/", (await SubmitAsync(again, await _outbox.NextCodeAsync())).Location?.PathAndQuery);
    }

    [Fact]
    public async Task Code_ManyGuessesAtOnce_JudgesFive()
    {
        using var browser = await BeginAsync();
        var code = await _outbox.NextCodeAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => SubmitAsync(browser, WrongOf(code, i))));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Forbidden, answer.Status));
        Assert.Equal(5, (await OutcomesAsync("outcome = 'wrong-code'")).Count);
    }

    [Fact]
    public async Task Code_SentAgain_ReplacesTheOneBeforeAndIsLimited()
    {
        using var browser = await BeginAsync();
        var first = await _outbox.NextCodeAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, (await AgainAsync(browser)).Status); // at once
        _server.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.Redirect, (await AgainAsync(browser)).Status);
        var second = await _outbox.NextCodeAsync();
        if (first != second) Assert.Equal(HttpStatusCode.Forbidden, (await SubmitAsync(browser, first)).Status);
        for (var i = 0; i < 2; i++)
        {
            _server.Clock.Advance(TimeSpan.FromSeconds(31));
            Assert.Equal(HttpStatusCode.Redirect, (await AgainAsync(browser)).Status);
            second = await _outbox.NextCodeAsync();
        }
        _server.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await AgainAsync(browser)).Status);
        Assert.Equal("/", (await SubmitAsync(browser, second)).Location?.PathAndQuery);
    }

    [Fact]
    public async Task Code_InTheDatabase_CannotBeRead()
    {
        using var browser = await BeginAsync();
        var code = await _outbox.NextCodeAsync();
        var rows = await _server.Database.QueryAsOwnerAsync<string>("SELECT t::text FROM identity.sign_in_challenge t UNION ALL SELECT t::text FROM identity.sign_in_record t");
        Assert.All(rows, row => Assert.DoesNotContain(code, row.Split(',')[3], StringComparison.Ordinal));
        var secret = browser.Cookie(ServiceHost.Portal, Awaiting)![33..];
        Assert.All(rows, row => Assert.DoesNotContain(secret, row, StringComparison.Ordinal));
    }

    [Fact]
    public void DigestOf_SameCodeInTwoBrowsers_Differs()
    {
        var (one, _) = TenantSecret.Create(_tenants.A.Id, '.');
        var (other, _) = TenantSecret.Create(_tenants.A.Id, '.');
        Assert.NotEqual(SignInCodes.DigestOf(one, 123456), SignInCodes.DigestOf(other, 123456));
        Assert.Equal(SignInCodes.DigestOf(one, 123456), SignInCodes.DigestOf(one, 123456));
    }

    [Fact]
    public async Task Cookie_UnderAnotherTenant_AwaitsNothing()
    {
        using var browser = await BeginAsync();
        var own = browser.Cookie(ServiceHost.Portal, Awaiting)!;
        browser.SetCookie(ServiceHost.Portal, Awaiting, _tenants.B.Id + own[32..]);
        Assert.Equal("/sign-in", (await browser.GetAsync(ServiceHost.Portal, CodeSignIn.Path)).Location?.AbsolutePath);
    }

    [Fact]
    public async Task SignIn_SuspendedBeforeTheCode_IsRefused()
    {
        using var browser = await BeginAsync();
        var code = await _outbox.NextCodeAsync();
        await browser.GetAsync(ServiceHost.Portal, CodeSignIn.Path);
        await _server.Database.ExecuteAsOwnerAsync("UPDATE identity.user_account SET state = 'suspended' WHERE tenant_id = @id", new { id = _tenants.A.Id.Value });
        var page = await browser.GetAsync(ServiceHost.Portal, CodeSignIn.Path);
        Assert.Equal("/sign-in", page.Location?.AbsolutePath);
        Assert.NotEmpty(code);
    }

    private async Task<TestBrowser> BeginAsync()
    {
        var browser = _server.CreateBrowser();
        var answer = await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", TwoTenants.FieldsOf(_tenants.A));
        Assert.Equal(CodeSignIn.Path, answer.Location?.AbsolutePath);
        return browser;
    }

    private static Task<TestAnswer> SubmitAsync(TestBrowser browser, string code) => browser.SubmitAsync(ServiceHost.Portal, CodeSignIn.Path, [new("code", code)]);

    private static Task<TestAnswer> AgainAsync(TestBrowser browser) => browser.SubmitAsync(ServiceHost.Portal, CodeSignIn.Path, [], action: CodeSignIn.AgainPath);

    private static string WrongOf(string code, int number) => ((int.Parse(code, System.Globalization.CultureInfo.InvariantCulture) + 1 + number) % 1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);

    private Task<IReadOnlyList<string>> OutcomesAsync(string where) => _server.Database.QueryAsOwnerAsync<string>($"SELECT outcome FROM identity.sign_in_record WHERE {where}");

    private async Task<long> CountAsync(string sql) => (await _server.Database.QueryAsOwnerAsync<long>(sql)).Single();
}
