using Akashi.Platform.Health;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Operations.Tests.Health;

/// <summary>The checks and figures of the whole service.</summary>
public sealed class ServiceHealthTests(OperationsServer service)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Checks_OfAllModules_RunAndSpeakBothLanguages()
    {
        var checks = service.Server.Services.GetServices<HealthCheck>().ToList();
        Assert.Equal(checks.Count, checks.DistinctBy(check => check.Id).Count());
        string[] expected = ["certificates.expiry", "operations.backup", "platform.clock", "platform.database", "platform.disk", "platform.jobs", "platform.keys", "platform.mail", "platform.work", "traces.indexing"];
        Assert.Empty(expected.Except(checks.Select(check => check.Id)));
        foreach (var check in checks)
        {
            var result = await check.RunAsync(Cancellation);
            Assert.True(result.Japanese.Length > 0 && result.English.Length > 0, check.Id);
            Assert.True(result.Japanese.Any(character => character > 0x3000) || result.State == HealthState.Ok, check.Id);
        }
    }

    [Fact]
    public async Task Metrics_OfTheWholeService_ParseAndNameNobody()
    {
        using (await service.Tenants.SignInAsync(service.Tenants.A)) { }
        using var api = service.Tenants.CreateApiClient(service.Tenants.Operator);
        await api.GetAsync($"/api/v1/tenants/{service.Tenants.A.SupportId}?x=secret", Cancellation);
        using var answer = await api.GetAsync("/metrics", Cancellation);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        var page = new PrometheusPage(text);
        string[] expected =
        [
            "akashi_database_up", "akashi_database_round_trip_seconds", "akashi_disk_free_bytes", "akashi_mail_waiting", "akashi_mail_failed", "akashi_audit_waiting",
            "akashi_jobs_failed", "akashi_indexing_waiting", "akashi_password_queue_length", "akashi_sign_ins_total", "akashi_http_request_duration_seconds",
        ];
        Assert.Empty(expected.Except(page.Types.Keys));
        Assert.Equal(1, page.Series["akashi_database_up"]);
        Assert.True(page.Series["akashi_sign_ins_total{outcome=\"right\"}"] >= 1);
        Assert.Contains(page.Series, series => series.Key.StartsWith("akashi_http_request_duration_seconds_count{host=\"api\",method=\"GET\",route=\"/api/v1/tenants/{", StringComparison.Ordinal));
        foreach (var name in new[] { service.Tenants.A.SupportId, service.Tenants.A.Id.ToString(), "secret", service.Tenants.Operator.Token }) Assert.DoesNotContain(name, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_MasterKeyGone_IsNoticed()
    {
        var check = service.Server.Services.GetServices<HealthCheck>().Single(check => check.Id == "platform.keys");
        var path = Path.Combine(service.Server.Options.KeysFolder, "master.key");
        Assert.Equal(HealthState.Ok, (await check.RunAsync(Cancellation)).State);
        File.Move(path, path + ".away");
        try
        {
            Assert.Equal(HealthState.Failing, (await check.RunAsync(Cancellation)).State);
        }
        finally
        {
            File.Move(path + ".away", path);
        }
    }
}
