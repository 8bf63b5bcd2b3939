using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Identity;
using Akashi.Platform.Web;
using Akashi.Portal;
using Akashi.TestKit;
using Akashi.Traces;

namespace Akashi.Operations.Tests.OperatorAccess;

/// <summary>A customer's data is reached by a named operator, for a reason, on a basis, for a time, and the customer sees it.</summary>
public sealed class OperatorAccessTests : IAsyncLifetime
{
    private static readonly object Wanted = new { supportId = "AK00000001", reason = "検知アラートの調査のため", basis = "consent", permissions = new[] { "traces.search" }, minutes = 60 };

    private TestServer _server = null!;
    private TwoTenants _tenants = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => (_server, _tenants) = await OperationsServer.StartOwnAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Traces_OfACustomer_AreOpenToAnOperatorFromConsentToWithdrawalAlone()
    {
        using var customer = _tenants.CreateApiClient(_tenants.A);
        Assert.Equal(HttpStatusCode.Forbidden, await SearchAsAsync(_tenants.A));
        var id = await AskAsync(Wanted);
        Assert.Equal(HttpStatusCode.Forbidden, await SearchAsAsync(_tenants.A));
        await StepAsync(customer, $"/api/v1/operator-access-consents/{id}/grant", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, await SearchAsAsync(_tenants.A));
        Assert.Equal(HttpStatusCode.Forbidden, await SearchAsAsync(_tenants.B)); // the grant is for A alone
        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync(_tenants.A, "/api/v1/terminals")); // and for what it names
        await StepAsync(customer, $"/api/v1/operator-access-consents/{id}/close", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Forbidden, await SearchAsAsync(_tenants.A));
        await StepAsync(customer, $"/api/v1/operator-access-consents/{id}/grant", HttpStatusCode.Conflict); // what is closed stays closed

        var told = await _server.Database.QueryAsOwnerAsync<string>("SELECT action FROM platform.audit_entry WHERE tenant_id = @Value AND action LIKE 'operator-access.%'", new { _tenants.A.Id.Value });
        Assert.Equal(["ask", "close", "grant", "request", "request", "request", "request", "request"], told.Select(action => action["operator-access.".Length..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Grant_WrittenFromTheOperatorsSide_IsRefusedByTheDatabaseItself()
    {
        await AskAsync(Wanted);
        await using var session = await _server.Database.Application.OpenAsync(_tenants.Operator.Id, Cancellation);
        Assert.Equal(1, await session.QuerySingleAsync<long>("SELECT count(*) FROM platform.operator_grant")); // it sees what it asked for
        const string consent = "UPDATE platform.operator_grant SET status = 'granted', decided_by = 'x', expires_at = now() + interval '1 day'";
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => session.ExecuteAsync(consent, null, Cancellation));
    }

    [Fact]
    public async Task Grant_PastItsTime_OpensNothing()
    {
        using var customer = _tenants.CreateApiClient(_tenants.A);
        var id = await AskAsync(Wanted);
        await StepAsync(customer, $"/api/v1/operator-access-consents/{id}/grant", HttpStatusCode.OK);
        _server.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(HttpStatusCode.Forbidden, await SearchAsAsync(_tenants.A));
    }

    [Fact]
    public async Task Grant_ClosedInTheDatabaseOnly_OpensNothingThoughTheProgramStillBelievesIt()
    {
        using var customer = _tenants.CreateApiClient(_tenants.A);
        var id = await AskAsync(Wanted);
        await StepAsync(customer, $"/api/v1/operator-access-consents/{id}/grant", HttpStatusCode.OK);
        var grant = Guid.Parse(id);
        await _server.Database.ExecuteAsOwnerAsync("INSERT INTO endpoints.enrolment_token (tenant_id, digest, created_by, created_at, expires_at) SELECT @Value, '\\x01', 'probe', now(), now()", new { _tenants.A.Id.Value });
        Assert.Equal(1, await CountUnderAsync(grant));
        await _server.Database.ExecuteAsOwnerAsync("UPDATE platform.operator_grant SET expires_at = now() - interval '1 second' WHERE id = @grant", new { grant });
        Assert.Equal(0, await CountUnderAsync(grant));
    }

    [Fact]
    public async Task LegalOrder_NeedsASecondOperatorAndNoConsent()
    {
        var id = await AskAsync(new { supportId = "AK00000001", reason = "裁判所の命令による開示のため", basis = "legal-order", legalReference = "令和8年(ヨ)第1号", permissions = new[] { "traces.search" }, minutes = 60 });
        using var customer = _tenants.CreateApiClient(_tenants.A);
        await StepAsync(customer, $"/api/v1/operator-access-consents/{id}/grant", HttpStatusCode.Conflict);
        using var same = _tenants.CreateApiClient(_tenants.Operator);
        await StepAsync(same, $"/api/v1/operator-access/AK00000001/{id}/confirm", HttpStatusCode.Forbidden);
        await _server.Database.ExecuteAsOwnerAsync("UPDATE platform.operator_grant SET operator_user_id = 'someone-else'");
        await StepAsync(same, $"/api/v1/operator-access/AK00000001/{id}/confirm", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Forbidden, await SearchAsAsync(_tenants.A)); // granted to the one who asked, not to the one who confirmed
    }

    [Fact]
    public async Task Ask_ForConsent_TellsThoseWhoMayConsentByMail()
    {
        await AddAsync("taro", "user", "taro@a.example");
        await AddAsync("hanako", "administrator", "hanako@a.example");
        await AddAsync("jiro", "administrator", "jiro@a.example");
        await _server.Database.ExecuteAsOwnerAsync("UPDATE identity.user_account SET state = 'suspended' WHERE user_key = 'jiro'");
        var id = await AskAsync(Wanted);
        var mail = await MailAsync("検知アラートの調査のため");
        Assert.Contains("証跡の検索", mail, StringComparison.Ordinal);
        Assert.Contains("60 分間", mail, StringComparison.Ordinal);
        Assert.Matches("(?m)^https://console\\.\\S+/operator-access-consents\r?$", mail);
        var told = await _server.Database.QueryAsOwnerAsync<string>("SELECT to_address FROM platform.mail WHERE template = 'operations.operator-access-asked' AND tenant_id = @Value", new { _tenants.A.Id.Value });
        Assert.Equal(2, told.Count); // the first administrator and hanako
        Assert.DoesNotContain(told, address => address is "taro@a.example" or "jiro@a.example");
        using var customer = _tenants.CreateApiClient(_tenants.A);
        await StepAsync(customer, $"/api/v1/operator-access-consents/{id}/grant", HttpStatusCode.OK);
        await StepAsync(customer, $"/api/v1/operator-access-consents/{id}/close", HttpStatusCode.OK);
        await DeliveredAsync(3);
        Assert.Equal(2, await CountMailsAsync()); // what the customer did itself is no news, and no other tenant was told
    }

    [Fact]
    public async Task Ask_ForConsent_WritesToEachInTheLanguageInWhichTheyLastUsedThePages()
    {
        await AddAsync("hanako", "administrator", "hanako@a.example"); // never signed in: Japanese
        using var browser = await _tenants.SignInAsync(_tenants.A);
        await browser.SubmitAsync(ServiceHost.Portal, "/", [new("culture", "en-US")], "/language");
        _server.Clock.Advance(TimeSpan.FromMinutes(2)); // it is written down with the session's last use
        await browser.GetAsync(ServiceHost.Portal, "/");
        await AskAsync(Wanted);
        var (outbox, mails) = (new TestOutbox(_server, _tenants.A.Id), new List<string>());
        await TestWait.UntilAsync(() =>
        {
            mails.AddRange(outbox.ReadNew().Where(mail => mail.Contains("/operator-access-consents", StringComparison.Ordinal))); // hanako is invited too
            return Task.FromResult(mails.Count == 2);
        }, TimeSpan.FromSeconds(30), "both mails");
        var english = Assert.Single(mails, mail => mail.Contains("To see: Search traces\r\n", StringComparison.Ordinal) && mail.Contains("For: 60 minutes", StringComparison.Ordinal));
        Assert.DoesNotContain("hanako", english, StringComparison.Ordinal);
        Assert.Contains("hanako 様", Assert.Single(mails, mail => mail.Contains("見るもの: 証跡の検索\r\n", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LegalOrder_TellsTheCustomerWhenAccessBeginsAndNotBefore()
    {
        var id = await AskAsync(new { supportId = "AK00000001", reason = "裁判所の命令による開示のため", basis = "legal-order", legalReference = "令和8年(ヨ)第1号", permissions = new[] { "traces.search" }, minutes = 60 });
        await DeliveredAsync(1);
        Assert.Equal(0, await CountMailsAsync());
        await _server.Database.ExecuteAsOwnerAsync("UPDATE platform.operator_grant SET operator_user_id = 'someone-else'");
        using var second = _tenants.CreateApiClient(_tenants.Operator);
        await StepAsync(second, $"/api/v1/operator-access/AK00000001/{id}/confirm", HttpStatusCode.OK);
        var mail = await MailAsync("令和8年(ヨ)第1号");
        Assert.Contains("承認は必要ありません", mail, StringComparison.Ordinal);
        Assert.DoesNotContain("裁判所の命令による開示のため", mail, StringComparison.Ordinal);
        Assert.Equal(1, await CountMailsAsync());
    }

    [Fact]
    public async Task Ask_WithoutReasonBasisOrKnownPermission_IsRefused()
    {
        using var client = _tenants.CreateApiClient(_tenants.Operator);
        foreach (var bad in new object[]
        {
            new { supportId = "AK00000001", reason = "短い", basis = "consent", permissions = new[] { "traces.search" }, minutes = 60 },
            new { supportId = "AK00000001", reason = "検知アラートの調査のため", basis = "because", permissions = new[] { "traces.search" }, minutes = 60 },
            new { supportId = "AK00000001", reason = "検知アラートの調査のため", basis = "legal-order", permissions = new[] { "traces.search" }, minutes = 60 },
            new { supportId = "AK00000001", reason = "検知アラートの調査のため", basis = "consent", permissions = new[] { "users.manage" }, minutes = 60 },
            new { supportId = "AK00000001", reason = "検知アラートの調査のため", basis = "consent", permissions = Array.Empty<string>(), minutes = 60 },
            new { supportId = "AK00000001", reason = "検知アラートの調査のため", basis = "consent", permissions = new[] { "traces.search" }, minutes = 100_000 },
        })
        {
            using var answer = await client.PostAsJsonAsync("/api/v1/operator-access", bad, Cancellation);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        }
        using var customer = _tenants.CreateApiClient(_tenants.A);
        using var refused = await customer.PostAsJsonAsync("/api/v1/operator-access", Wanted, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private async Task AddAsync(string userId, string role, string mail)
    {
        using var customer = _tenants.CreateApiClient(_tenants.A);
        using var answer = await customer.PostAsJsonAsync("/api/v1/users", new { userId, displayName = userId, mail, role }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    /// <summary>A mail of the customer's outbox that says this.</summary>
    private async Task<string> MailAsync(string words)
    {
        var outbox = new TestOutbox(_server, _tenants.A.Id);
        string? found = null;
        await TestWait.UntilAsync(() => Task.FromResult((found = outbox.ReadNew().FirstOrDefault(mail => mail.Contains(words, StringComparison.Ordinal))) is not null), TimeSpan.FromSeconds(30), "the mail");
        return found!;
    }

    private Task DeliveredAsync(int events) => TestWait.UntilAsync(async () => (await _server.Database.QueryAsOwnerAsync<long>(
        "SELECT count(*) FROM platform.event_delivery WHERE consumer = 'operations.operator-access-mail' AND state = 'done'")).Single() == events, TimeSpan.FromSeconds(30), "the deliveries");

    private async Task<long> CountMailsAsync() => (await _server.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM platform.mail WHERE template LIKE 'operations.operator-access-%'")).Single();

    private async Task<string> AskAsync(object wanted)
    {
        using var client = _tenants.CreateApiClient(_tenants.Operator);
        using var answer = await client.PostAsJsonAsync("/api/v1/operator-access", wanted, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetString()!;
    }

    private static async Task StepAsync(HttpClient client, string path, HttpStatusCode expected)
    {
        using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), null, Cancellation);
        Assert.Equal((path, expected), (path, answer.StatusCode));
    }

    private Task<HttpStatusCode> SearchAsAsync(TestTenant tenant) => GetAsync(tenant, "/api/v1/traces?q=*");

    private async Task<HttpStatusCode> GetAsync(TestTenant tenant, string path)
    {
        using var client = _tenants.CreateApiClient(_tenants.Operator);
        client.DefaultRequestHeaders.Add("Akashi-Tenant", tenant.SupportId);
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return answer.StatusCode;
    }

    private async Task<long> CountUnderAsync(Guid grant)
    {
        using (Akashi.Platform.OperatorAccess.OperatorPath.Enter(_tenants.A.Id, grant))
        {
            await using var session = await _server.Database.Application.OpenAsync(_tenants.A.Id, Cancellation);
            Assert.Equal("akashi_operator", await session.QuerySingleAsync<string>("SELECT current_user::text", null, Cancellation));
            Assert.Equal(0, await session.QuerySingleAsync<long>("SELECT count(*) FROM identity.user_account", null, Cancellation)); // credentials: never
            return await session.QuerySingleAsync<long>("SELECT count(*) FROM endpoints.enrolment_token", null, Cancellation);
        }
    }
}
