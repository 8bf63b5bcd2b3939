using System.Net;
using System.Net.Http.Json;
using Akashi.Endpoints.Contracts;
using Akashi.Operations.Audit;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Akashi.TestKit.Events;

namespace Akashi.Operations.Tests.Events;

public sealed class EventPageTests(OperationsServer fixture)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Events_SetAside_AreShownAndTriedAgain()
    {
        var tenant = fixture.Tenants.B.Id;
        await EventConsumerTrial.PublishAsync(fixture.Server, tenant, new TerminalEnrolled("87654321-ABCD-1234-ABCD-123456789012", "PC-SET-ASIDE", "Debian"));
        await TestWait.UntilAsync(() => EventConsumerTrial.IsDoneAsync(fixture.Server, TerminalEnrolledAudit.Name), Patience, "the delivery");
        await fixture.Server.Database.ExecuteAsOwnerAsync("UPDATE platform.event_delivery SET state = 'failed', error = 'InvalidOperationException: shown to operators' WHERE tenant_id = @tenant", new { tenant });

        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.Operator);
        var page = await browser.GetAsync(ServiceHost.Console, "/events");
        Assert.Contains("shown to operators", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("PC-SET-ASIDE", page.Body, StringComparison.Ordinal);
        var number = (await fixture.Server.Database.QueryAsOwnerAsync<long>("SELECT event_id FROM platform.event_delivery WHERE tenant_id = @tenant", new { tenant })).Single();
        var fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["tenant"] = tenant.ToString(), ["consumer"] = TerminalEnrolledAudit.Name, ["eventId"] = $"{number}" };
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SubmitAsync(ServiceHost.Console, "/events", fields, "/events/replay")).Status);
        await TestWait.UntilAsync(() => EventConsumerTrial.IsDoneAsync(fixture.Server, TerminalEnrolledAudit.Name), Patience, "the event to be handled");
        Assert.Equal(HttpStatusCode.Conflict, (await browser.SubmitAsync(ServiceHost.Console, "/events", fields, "/events/replay")).Status);

        using var api = fixture.Tenants.CreateApiClient(fixture.Tenants.Operator);
        using var unknown = await api.PostAsJsonAsync(new Uri("/api/v1/events/replay-since", UriKind.Relative), new { consumer = "nobody", since = "2026-01-01T00:00" }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var badTime = await api.PostAsJsonAsync(new Uri("/api/v1/events/replay-since", UriKind.Relative), new { consumer = TerminalEnrolledAudit.Name, since = "soon" }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, badTime.StatusCode);
    }
}
