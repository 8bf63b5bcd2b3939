using System.Net;
using System.Net.Http.Json;
using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Endpoints.Contracts;
using Akashi.Identity;
using Akashi.Operations.Audit;
using Akashi.Operations.CleanUp;
using Akashi.Platform.Mail;
using Akashi.Portal;
using Akashi.TestKit;
using Akashi.TestKit.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Operations.Tests.CleanUp;

public sealed class AgedRowsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly MailTemplate Template = new("test.aged", "件名", "本文\n", "Subject", "Text\n");

    [Fact]
    public async Task Run_AfterNinetyDays_RemovesWhatIsDoneAndKeepsWhatWaits()
    {
        await using var server = await TestServer.StartAsync(new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new OperationsModule(), new PortalModule());
        var tenant = (await TwoTenants.CreateAsync(server)).A.Id;
        await using (var session = await server.Database.Application.OpenAsync(tenant))
        {
            await server.Services.GetRequiredService<MailOutbox>().EnqueueAsync(session, new OutgoingMail("a@b.example", "", Template, "ja", new Dictionary<string, string>()), CancellationToken.None);
            await session.CommitAsync(TestContext.Current.CancellationToken);
        }
        await EventConsumerTrial.PublishAsync(server, tenant, new TerminalEnrolled("12345678-ABCD-1234-ABCD-123456789012", "PC01", "Debian"));
        await TestWait.UntilAsync(async () => await EventConsumerTrial.IsDoneAsync(server, TerminalEnrolledAudit.Name) && await CountAsync(server, "platform.mail WHERE state = 'sent'") == 1, Patience, "mail and event");
        await server.Database.ExecuteAsOwnerAsync("UPDATE platform.event_delivery SET state = 'failed'");

        var job = server.Services.GetRequiredService<AgedRows>();
        server.Clock.Advance(TimeSpan.FromDays(89));
        await job.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await CountAsync(server, "platform.mail WHERE template = 'test.aged'"));
        server.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Contains("1 mails", (await job.RunAsync(TestContext.Current.CancellationToken)).English, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync(server, "platform.mail WHERE template = 'test.aged'"));
        Assert.Equal(1, await CountAsync(server, "platform.event")); // set aside: somebody has to look at it first
        await server.Database.ExecuteAsOwnerAsync("UPDATE platform.event_delivery SET state = 'done'");
        await job.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await CountAsync(server, "platform.event"));
    }

    [Fact]
    public async Task Run_AfterADay_RemovesAnswersKeptForRepeatedRequests()
    {
        await using var server = await TestServer.StartAsync(new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new OperationsModule(), new PortalModule());
        var tenants = await TwoTenants.CreateAsync(server);
        using var client = tenants.CreateApiClient(tenants.A);
        client.DefaultRequestHeaders.Add("Idempotency-Key", "once");
        using var made = await client.PostAsJsonAsync("/api/v1/enrolment-tokens", new { }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);

        var job = server.Services.GetRequiredService<AgedRows>();
        server.Clock.Advance(TimeSpan.FromHours(23));
        await job.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await CountAsync(server, "platform.idempotent_request"));
        server.Clock.Advance(TimeSpan.FromHours(2));
        await job.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await CountAsync(server, "platform.idempotent_request"));
    }

    private static async Task<long> CountAsync(TestServer server, string rows) => (await server.Database.QueryAsOwnerAsync<long>($"SELECT count(*) FROM {rows}")).Single();
}
