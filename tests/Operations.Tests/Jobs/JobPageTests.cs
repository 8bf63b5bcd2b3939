using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Identity;
using Akashi.Platform.Hosting;
using Akashi.Platform.Web;
using Akashi.Portal;
using Akashi.TestKit;
using Akashi.Endpoints;
using Akashi.Certificates;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Operations.Tests.Jobs;

public sealed class JobPageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Jobs_OnTheConsole_ShowSchedulesAndRunNow()
    {
        await using var server = await TestServer.StartAsync([new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new OperationsModule(), new PortalModule()], RunJobs);
        var tenants = await TwoTenants.CreateAsync(server);
        using var browser = await tenants.SignInToConsoleAsync(tenants.Operator);
        await TestWait.UntilAsync(async () => (await browser.GetAsync(ServiceHost.Console, "/jobs")).Body.Contains("04:20:00", StringComparison.Ordinal), Patience, "the schedule");
        var answer = await browser.SubmitAsync(ServiceHost.Console, "/jobs", [new("name", "identity.spent-rows")], "/jobs/run");
        Assert.Equal(HttpStatusCode.Redirect, answer.Status);
        await TestWait.UntilAsync(async () => (await browser.GetAsync(ServiceHost.Console, "/jobs?job=identity.spent-rows")).Body.Contains("契約 3 件、削除 ", StringComparison.Ordinal), Patience, "the run in the history");
        var csv = await browser.GetAsync(ServiceHost.Console, "/jobs/runs.csv");
        Assert.Contains("identity.spent-rows", csv.Body, StringComparison.Ordinal);

        Assert.Contains("契約 3 件、削除 ", csv.Body, StringComparison.Ordinal);

        using var api = tenants.CreateApiClient(tenants.Operator);
        using var unknown = await api.PostAsync(new Uri("/api/v1/jobs/nobody/run", UriKind.Relative), null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        var runs = await api.GetStringAsync(new Uri("/api/v1/jobs/runs", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("\"askedBy\":\"operator\"", runs, StringComparison.Ordinal);
        await AssertWordsAsync(browser, api);

        using var customer = tenants.CreateApiClient(tenants.A);
        using var refused = await customer.PostAsync(new Uri("/api/v1/jobs/identity.spent-rows/run", UriKind.Relative), null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    /// <summary>Runs and schedules are told in the reader's language; the schedule's own form stays for programs.</summary>
    private static async Task AssertWordsAsync(TestBrowser browser, HttpClient api)
    {
        var page = (await browser.GetAsync(ServiceHost.Console, "/jobs")).Body;
        foreach (var words in new[] { "title=\"0 20 4 * * ? JST\">毎日 04:20<", ">毎時 45 分<", ">1 時間ごと<", ">1 分ごと<" }) Assert.Contains(words, page, StringComparison.Ordinal);
        foreach (var (language, message, times) in new[] { ("ja", "契約 3 件、削除 ", "毎日 04:20"), ("en", "3 tenants, ", "daily at 04:20") })
        {
            api.DefaultRequestHeaders.AcceptLanguage.Clear();
            api.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
            var runs = await api.GetFromJsonAsync<JsonElement>("/api/v1/jobs/runs?job=identity.spent-rows", TestContext.Current.CancellationToken);
            Assert.StartsWith(message, runs.GetProperty("rows")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
            var jobs = await api.GetFromJsonAsync<JsonElement>("/api/v1/jobs", TestContext.Current.CancellationToken);
            var job = jobs.EnumerateArray().Single(one => one.GetProperty("name").GetString() == "identity.spent-rows");
            Assert.Equal(("0 20 4 * * ? JST", times), (job.GetProperty("schedule").GetString(), job.GetProperty("times").GetString()));
            Assert.All(jobs.EnumerateArray(), one => Assert.NotEqual(one.GetProperty("schedule").GetString(), one.GetProperty("times").GetString()));
        }
    }

    private static void RunJobs(IServiceCollection services)
    {
        var options = (ServerOptions)services.Last(service => service.ServiceType == typeof(ServerOptions)).ImplementationInstance!;
        services.AddSingleton(options with { RunJobs = true });
    }
}
