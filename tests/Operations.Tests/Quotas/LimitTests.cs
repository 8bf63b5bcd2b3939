using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Identity;
using Akashi.Platform.Web;
using Akashi.Portal;
using Akashi.TestKit;
using Akashi.TestKit.Service;
using Akashi.TestKit.Terminals;
using Akashi.Traces;

namespace Akashi.Operations.Tests.Quotas;

/// <summary>Limits over HTTP: who is asked to come back, what the answer says, who sees and sets them.</summary>
public sealed class LimitTests : IAsyncLifetime
{
    private const string Me = "/api/v1/me";
    private const int Plenty = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private TestServer _server = null!;
    private TwoTenants _tenants = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => (_server, _tenants) = await OperationsServer.StartOwnAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Api_BeyondTheLimit_Answers429AndServesAgainLater()
    {
        await SetAsync(new { requestsPerSecond = 1, requestBurst = 10 });
        using var client = _tenants.CreateApiClient(_tenants.A);
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        using var refused = await UntilRefusedAsync(() => client.GetAsync(new Uri(Me, UriKind.Relative), Cancellation));
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal("request-limit-exceeded", problem.GetProperty("code").GetString());
        Assert.Contains("limit of 1 a second", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 2);
        Assert.Equal(1, await CountedRefusalsAsync("request-limit-exceeded"));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(_tenants.B, Me));
        using (var browser = await _tenants.SignInToConsoleAsync(_tenants.A)) // its people are not locked out by its programs
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(ServiceHost.Console, "/contract")).Status);
        await TestWait.UntilAsync(async () => await CallAsync(_tenants.A, Me) == HttpStatusCode.OK, Patience);
    }

    [Fact]
    public async Task Batch_BeyondTheLimit_IsAskedToComeBackAndStoredThen()
    {
        using var api = new ServiceApi(_tenants.CreateApiClient(_tenants.A));
        using var terminal = await TestTerminal.EnrolAsync(CreateClient, await api.CreateEnrolmentTokenAsync());
        await SetAsync(new { ingestBytesPerSecond = 1024, ingestBurstBytes = 1 << 20 });
        var batch = Batch(terminal);
        BatchAnswer answer;
        for (var i = 0; (answer = await terminal.PutAsync(batch, Cancellation)).Acknowledged; i++)
        {
            Assert.True(i < 20, "the limit never came");
            batch = Batch(terminal);
        }
        Assert.Equal((HttpStatusCode.TooManyRequests, "ingest-limit-exceeded"), (answer.Status, answer.Code));
        Assert.InRange(answer.RetryAfter!.Value.TotalSeconds, 1, 3600);
        Assert.Equal(1, await CountedRefusalsAsync("ingest-limit-exceeded"));
        await SetAsync(new { });
        Assert.True((await terminal.PutAsync(batch, Cancellation)).Stored);
    }

    [Fact]
    public async Task Limits_AreSetByOperatorsAloneAndSeenByBoth()
    {
        using (var customer = _tenants.CreateApiClient(_tenants.A))
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await customer.PutAsJsonAsync("/api/v1/tenants/AK00000001/limits", new { searches = 100 }, Cancellation)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await customer.GetAsync(new Uri("/api/v1/tenants/AK00000002/limits", UriKind.Relative), Cancellation)).StatusCode);
        }
        var answer = await SetAsync(new { requestsPerSecond = 1, requestBurst = 10, searches = 3 });
        Assert.Equal(3, answer.GetProperty("limits").GetProperty("searches").GetInt32());
        Assert.Equal(8, answer.GetProperty("plan").GetProperty("searches").GetInt32());
        using var client = _tenants.CreateApiClient(_tenants.A);
        (await UntilRefusedAsync(() => client.GetAsync(new Uri(Me, UriKind.Relative), Cancellation))).Dispose();
        await SetAsync(new { searches = 3 });
        var own = await client.GetFromJsonAsync<JsonElement>("/api/v1/contract/limits", Cancellation);
        Assert.Equal(300, own.GetProperty("limits").GetProperty("requestsPerSecond").GetInt32()); // back to the plan
        var requests = own.GetProperty("use").EnumerateArray().Single(use => use.GetProperty("kind").GetString() == "requests");
        Assert.True(requests.GetProperty("usedLastHour").GetInt64() >= 10);
        Assert.Equal(1, requests.GetProperty("refusedLastHour").GetInt64());
        using var bad = await PutAsync(new { requestsPerSecond = 0 });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, bad.StatusCode);
        using var nobody = _tenants.CreateApiClient(_tenants.Operator);
        Assert.Equal(HttpStatusCode.NotFound, (await nobody.PutAsJsonAsync("/api/v1/tenants/AK00000999/limits", new { searches = 3 }, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Page_OfTheOperator_SetsLimitsThatTheCustomerSees()
    {
        using var browser = await _tenants.SignInToConsoleAsync(_tenants.Operator);
        const string path = "/tenants/AK00000001/limits";
        var wrong = await browser.SubmitAsync(ServiceHost.Console, path, Fields(searches: "5000"), action: path);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
        Assert.Contains("value=\"5000\"", wrong.Body, StringComparison.Ordinal);
        var done = await browser.SubmitAsync(ServiceHost.Console, path, Fields(searches: "5"), action: path);
        Assert.Equal("/tenants/AK00000001?done=Limits", done.Location?.PathAndQuery);
        Assert.Contains("同時に 5 件", (await browser.GetAsync(ServiceHost.Console, "/tenants/AK00000001")).Body, StringComparison.Ordinal);
        using var customer = await _tenants.SignInToConsoleAsync(_tenants.A);
        var page = (await customer.GetAsync(ServiceHost.Console, "/contract")).Body;
        Assert.Contains("同時に 5 件", page, StringComparison.Ordinal);
        Assert.Contains("毎秒 1.5 MiB", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/limits", page, StringComparison.Ordinal); // and cannot change
    }

    private static IEnumerable<KeyValuePair<string, string>> Fields(string searches) =>
        [new("requestsPerSecond", ""), new("requestBurst", ""), new("ingestPerSecond", "1.5"), new("ingestBurst", ""), new("searches", searches)];

    private static TestBatch Batch(TestTerminal terminal) => TestBatch.Of(
        terminal.Tmid, TimeProvider.System.GetUtcNow(), [$"11/21/2026 12:00:00.000 +0900 evt=ps subEvt=start sn=1 cmd=\"{RandomNumberGenerator.GetHexString(400_000)}\""]);

    private HttpClient CreateClient(ServiceHost host, X509Certificate2? certificate)
    {
        var handler = _server.CreateHandler();
        if (certificate is not null) handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        return new HttpClient(handler) { BaseAddress = _server.Address(host, "/") };
    }

    private static async Task<HttpResponseMessage> UntilRefusedAsync(Func<Task<HttpResponseMessage>> ask)
    {
        for (var i = 0; i < Plenty; i++)
        {
            var answer = await ask();
            if (answer.StatusCode == HttpStatusCode.TooManyRequests) return answer;
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            answer.Dispose();
        }
        throw new InvalidOperationException($"{Plenty} requests were all served.");
    }

    /// <summary>What an operator's monitoring sees.</summary>
    private async Task<double> CountedRefusalsAsync(string reason)
    {
        using var client = _tenants.CreateApiClient(_tenants.Operator);
        var page = new PrometheusPage(await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancellation));
        return page.Series.GetValueOrDefault($"akashi_quota_refusals_total{{reason=\"{reason}\"}}");
    }

    private async Task<HttpStatusCode> CallAsync(TestTenant tenant, string path)
    {
        using var client = _tenants.CreateApiClient(tenant);
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> PutAsync(object limits)
    {
        using var client = _tenants.CreateApiClient(_tenants.Operator);
        return await client.PutAsJsonAsync("/api/v1/tenants/AK00000001/limits", limits, Cancellation);
    }

    private async Task<JsonElement> SetAsync(object limits)
    {
        using var answer = await PutAsync(limits);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }
}
