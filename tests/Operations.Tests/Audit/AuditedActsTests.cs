using System.Net.Http.Headers;
using System.Text.Json;
using Akashi.TestKit;
using Akashi.TestKit.Terminals;

namespace Akashi.Operations.Tests.Audit;

/// <summary>Privileged acts leave an entry each.</summary>
public sealed class AuditedActsTests(OperationsServer fixture)
{
    [Fact]
    public async Task Acts_OnTracesAndTerminals_AreInTheAuditLogWithoutTheirSecrets()
    {
        using var api = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        var cancellation = TestContext.Current.CancellationToken;
        using var made = JsonDocument.Parse(await (await api.PostAsync(new Uri("/api/v1/enrolment-tokens", UriKind.Relative), null, cancellation)).Content.ReadAsStringAsync(cancellation));
        var token = made.RootElement.GetProperty("token").GetString()!;
        var now = fixture.Server.Clock.GetUtcNow();
        var batch = TestBatch.Of(TestTerminal.NewTmid(), now, [$"{now.ToOffset(TimeSpan.FromHours(9)):MM/dd/yyyy HH:mm:ss.fff} +0900 evt=ps subEvt=start"]);
        using var zip = new ByteArrayContent(batch.Zip) { Headers = { ContentType = new MediaTypeHeaderValue("application/zip") } };
        (await api.PutAsync(new Uri($"/api/v1/traces/import/{batch.Name.FileName}", UriKind.Relative), zip, cancellation)).EnsureSuccessStatusCode();
        await api.GetByteArrayAsync(new Uri("/api/v1/traces/export?q=evt:ps", UriKind.Relative), cancellation);
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        await browser.GetAsync(Platform.Web.ServiceHost.Console, "/traces/export?format=csv&q=evt:ps");

        Assert.True(await CountAsync("enrolment-token.create", "token", target: null) >= 1); // other tests of this service make some too
        Assert.Equal(1, await CountAsync("traces.import", "token", batch.Name.FileName));
        Assert.Equal(1, await CountAsync("traces.export", "token", "traces.log"));
        Assert.Equal(1, await CountAsync("traces.export", "user", "traces.csv"));
        var all = await fixture.Server.Database.QueryAsOwnerAsync<string>("SELECT e::text FROM platform.audit_entry e");
        Assert.DoesNotContain(all, text => text.Contains(token, StringComparison.Ordinal) || text.Contains(token[^48..], StringComparison.Ordinal));
    }

    private async Task<long> CountAsync(string action, string kind, string? target) => (await fixture.Server.Database.QueryAsOwnerAsync<long>(
        "SELECT count(*) FROM platform.audit_entry WHERE tenant_id = @id AND action = @action AND actor_kind = @kind AND (@target::text IS NULL OR target = @target) AND address <> ''",
        new { id = fixture.Tenants.A.Id.Value, action, kind, target })).Single();
}
