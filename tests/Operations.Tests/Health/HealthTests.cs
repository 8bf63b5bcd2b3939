using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Identity;
using Akashi.Operations.Health;
using Akashi.Platform.Health;
using Akashi.Platform.Web;
using Akashi.Portal;
using Akashi.Portal.Contracts;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Akashi.Operations.Tests.Health;

/// <summary>A server of its own: its checks are ours, and its clock is moved.</summary>
public sealed class HealthTests : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Probe _probe = new();
    private TestServer _server = null!;
    private TwoTenants _tenants = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync([new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new OperationsModule(), new PortalModule()], services =>
        {
            services.RemoveAll<HealthCheck>();
            services.AddSingleton<HealthCheck>(_probe);
        });
        _tenants = await TwoTenants.CreateAsync(_server);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Job_CheckTurnsBadAndWell_MailsOnceEach()
    {
        await RunAsync(HealthState.Ok);
        await RunAsync(HealthState.Failing);
        Assert.Empty(await MailsAsync()); // once may be chance
        await RunAsync(HealthState.Failing);
        Assert.Equal(["operations.health-bad"], await MailsAsync());
        for (var minute = 0; minute < 90; minute += 30) await RunAsync(HealthState.Failing, TimeSpan.FromMinutes(30));
        Assert.Equal(["operations.health-bad"], await MailsAsync());
        await RunAsync(HealthState.Ok);
        await RunAsync(HealthState.Ok);
        Assert.Equal(["operations.health-bad", "operations.health-recovered"], await MailsAsync());
        var text = Assert.Single(await _server.Database.QueryAsOwnerAsync<string>("SELECT body FROM platform.mail WHERE template = 'operations.health-bad'"));
        Assert.Contains("探り", text, StringComparison.Ordinal);
        Assert.Contains("直してください", text, StringComparison.Ordinal);
        Assert.Contains("/health", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_FlappingCheck_MailsAtMostOnceAnHour()
    {
        for (var minute = 0; minute < 55; minute++) await RunAsync(minute % 6 < 3 ? HealthState.Failing : HealthState.Ok);
        Assert.Single(await MailsAsync());
    }

    [Fact]
    public async Task Job_RecoveryWithinTheHour_IsToldWhenTheHourIsOver()
    {
        await RunAsync(HealthState.Failing);
        await RunAsync(HealthState.Failing);
        await RunAsync(HealthState.Ok);
        Assert.Single(await MailsAsync());
        await RunAsync(HealthState.Ok, TimeSpan.FromHours(1));
        Assert.Equal(["operations.health-bad", "operations.health-recovered"], await MailsAsync());
    }

    [Fact]
    public async Task Job_DuringMaintenance_IsSilentAndTellsAfterwardsWhatStillHolds()
    {
        using var api = _tenants.CreateApiClient(_tenants.Operator);
        var now = _server.Clock.GetUtcNow();
        var window = new { from = Jst.Input(now), to = Jst.Input(now.AddHours(2)), note = "更新" };
        Assert.Equal(HttpStatusCode.Created, (await api.PostAsJsonAsync("/api/v1/health/maintenance", window, Cancellation)).StatusCode);
        for (var run = 0; run < 5; run++) await RunAsync(HealthState.Failing);
        Assert.Empty(await MailsAsync());
        await RunAsync(HealthState.Failing, TimeSpan.FromHours(2));
        Assert.Single(await MailsAsync());
    }

    [Fact]
    public async Task Job_CheckThatThrowsOrHangs_IsFailingAndHoldsNothingUp()
    {
        _probe.Act = _ => throw new InvalidOperationException("secret detail");
        await _server.Services.GetRequiredService<HealthJob>().RunAsync(Cancellation);
        var row = Assert.Single(await _server.Services.GetRequiredService<HealthLog>().ListAsync(Cancellation));
        Assert.Equal(HealthState.Failing, row.State);
        Assert.DoesNotContain("secret", row.Japanese + row.English, StringComparison.Ordinal);
        _probe.Act = _ => new TaskCompletionSource<HealthResult>().Task; // heeds no token
        await _server.Services.GetRequiredService<HealthJob>().RunAsync(Cancellation);
        row = Assert.Single(await _server.Services.GetRequiredService<HealthLog>().ListAsync(Cancellation));
        Assert.Contains("10", row.English, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ShowsStateHistoryAndMaintenance()
    {
        using var browser = await _tenants.SignInToConsoleAsync(_tenants.Operator);
        Assert.Contains("まだ確認が行われていません", (await browser.GetAsync(ServiceHost.Console, HealthRoutes.Path)).Body, StringComparison.Ordinal);
        await RunAsync(HealthState.Failing);
        var page = (await browser.GetAsync(ServiceHost.Console, HealthRoutes.Path)).Body;
        Assert.Contains("直してください", page, StringComparison.Ordinal);
        Assert.Equal(1, page.Split("<i data-health=\"Failing\">").Length - 1);
        Assert.Equal(95, page.Split("<i data-health=\"Unknown\">").Length - 1);
        var now = _server.Clock.GetUtcNow();
        KeyValuePair<string, string>[] fields = [new("from", Jst.Input(now)), new("to", Jst.Input(now.AddHours(1))), new("note", "<更新>")];
        var answer = await browser.FollowAsync(await browser.SubmitAsync(ServiceHost.Console, HealthRoutes.Path, fields, HealthRoutes.Path + "/maintenance"));
        Assert.Contains("メンテナンス中です", answer.Body, StringComparison.Ordinal);
        Assert.Contains("&lt;更新&gt;", answer.Body, StringComparison.Ordinal);
        fields[1] = new("to", Jst.Input(now.AddDays(30)));
        answer = await browser.SubmitAsync(ServiceHost.Console, HealthRoutes.Path, fields, HealthRoutes.Path + "/maintenance");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        var id = (await _server.Services.GetRequiredService<Maintenance>().ListAsync(Cancellation)).Single().Id;
        answer = await browser.FollowAsync(await browser.SubmitAsync(ServiceHost.Console, HealthRoutes.Path, [new("id", id.ToString())], HealthRoutes.Path + "/maintenance/remove"));
        Assert.DoesNotContain("メンテナンス中です", answer.Body, StringComparison.Ordinal);
        Assert.Equal(["maintenance.announced", "maintenance.removed"], await _server.Database.QueryAsOwnerAsync<string>("SELECT action FROM platform.audit_entry WHERE action LIKE 'maintenance.%' ORDER BY action"));
    }

    [Fact]
    public async Task Api_TellsOperatorsAlone()
    {
        await RunAsync(HealthState.Warning);
        using var api = _tenants.CreateApiClient(_tenants.Operator);
        var health = await api.GetFromJsonAsync<JsonElement>("/api/v1/health", Cancellation);
        Assert.Equal("warning", health.GetProperty("state").GetString());
        Assert.False(health.GetProperty("stale").GetBoolean());
        Assert.Equal("test.probe", health.GetProperty("checks")[0].GetProperty("id").GetString());
        _server.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.True((await api.GetFromJsonAsync<JsonElement>("/api/v1/health", Cancellation)).GetProperty("stale").GetBoolean());
        using var customer = _tenants.CreateApiClient(_tenants.A);
        foreach (var path in new[] { "/api/v1/health", "/metrics" }) Assert.Equal(HttpStatusCode.Forbidden, (await customer.GetAsync(path, Cancellation)).StatusCode);
        using var nobody = _server.CreateClient(ServiceHost.Api);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/metrics", Cancellation)).StatusCode);
    }

    private async Task RunAsync(HealthState state, TimeSpan? after = null)
    {
        _server.Clock.Advance(after ?? Minute);
        _probe.Act = _ => Task.FromResult(new HealthResult(state, "直してください。", "Mend it."));
        await _server.Services.GetRequiredService<HealthJob>().RunAsync(Cancellation);
    }

    private async Task<IReadOnlyList<string>> MailsAsync() =>
        [.. await _server.Database.QueryAsOwnerAsync<string>("SELECT template FROM platform.mail WHERE template LIKE 'operations.health%' ORDER BY id")];

    private sealed class Probe : HealthCheck
    {
        public Func<CancellationToken, Task<HealthResult>> Act { get; set; } = _ => Task.FromResult(HealthResult.Ok("", ""));

        public override string Id => "test.probe";
        public override string Japanese => "探り";
        public override string English => "Probe";

        public override Task<HealthResult> RunAsync(CancellationToken cancellation) => Act(cancellation);
    }
}
