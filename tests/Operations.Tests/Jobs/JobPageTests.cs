using System.Net;
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
        await TestWait.UntilAsync(async () => (await browser.GetAsync(ServiceHost.Console, "/jobs?job=identity.spent-rows")).Body.Contains("3 tenants, ", StringComparison.Ordinal), Patience, "the run in the history");
        var csv = await browser.GetAsync(ServiceHost.Console, "/jobs/runs.csv");
        Assert.Contains("identity.spent-rows", csv.Body, StringComparison.Ordinal);

        using var api = tenants.CreateApiClient(tenants.Operator);
        using var unknown = await api.PostAsync(new Uri("/api/v1/jobs/nobody/run", UriKind.Relative), null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        var runs = await api.GetStringAsync(new Uri("/api/v1/jobs/runs", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("\"askedBy\":\"operator\"", runs, StringComparison.Ordinal);

        using var customer = tenants.CreateApiClient(tenants.A);
        using var refused = await customer.PostAsync(new Uri("/api/v1/jobs/identity.spent-rows/run", UriKind.Relative), null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private static void RunJobs(IServiceCollection services)
    {
        var options = (ServerOptions)services.Last(service => service.ServiceType == typeof(ServerOptions)).ImplementationInstance!;
        services.AddSingleton(options with { RunJobs = true });
    }
}
