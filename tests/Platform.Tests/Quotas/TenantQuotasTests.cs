using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Quotas;
using Akashi.Platform.Signals;
using Akashi.Platform.Metrics;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Tests.Audit;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Akashi.Platform.Tests.Quotas;

/// <summary>Limits as they hold on one node, on a real database, with time that stands still.</summary>
public sealed class TenantQuotasTests : IAsyncLifetime
{
    private readonly HandClock _clock = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<ServiceMetrics>().BuildServiceProvider();
    private AuditSetting _setting = null!;
    private TenantLimitBook _book = null!;
    private QuotaUse _use = null!;
    private TenantQuotas _quotas = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TenantId Tenant => _setting.Tenant;

    public async ValueTask InitializeAsync()
    {
        _setting = await AuditSetting.CreateAsync();
        _book = new TenantLimitBook(_setting.Database.Application, _setting.Log, _clock);
        _use = new QuotaUse(_setting.Database.Application, _services.GetRequiredService<ServiceMetrics>(), _setting.Clock, NullLogger<QuotaUse>.Instance);
        _quotas = new TenantQuotas(_book, _use, _clock, NullLogger<TenantQuotas>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _use.Dispose();
        await _services.DisposeAsync();
        await _setting.DisposeAsync();
    }

    [Fact]
    public async Task Charge_BeyondTheLimit_IsRefusedUntilTheClockMovesAndCounted()
    {
        await SetAsync(requests: 10, burst: 20);
        Assert.Equal(20, await AllowedAsync(CallerKind.Token));
        var refusal = (await _quotas.ChargeRequestAsync(Tenant, CallerKind.Token, Cancellation))!;
        Assert.Equal(("request-limit-exceeded", 429, 1), (refusal.Code, refusal.Status, refusal.RetryAfterSeconds));
        Assert.Contains("10", refusal.English, StringComparison.Ordinal);
        Assert.Equal(20, await AllowedAsync(CallerKind.User)); // programs do not lock people out
        _clock.Advance(TimeSpan.FromSeconds(refusal.RetryAfterSeconds!.Value));
        Assert.Equal(10, await AllowedAsync(CallerKind.Token));
        var used = (await _use.ReadAsync(Tenant, Cancellation)).Single(one => one.Kind == QuotaKind.Requests);
        Assert.Equal((50, 4), (used.UsedHour, used.RefusedHour));
        _setting.Clock.Advance(TimeSpan.FromHours(2));
        used = (await _use.ReadAsync(Tenant, Cancellation)).Single(one => one.Kind == QuotaKind.Requests);
        Assert.Equal((0, 0, 50, 4), (used.UsedHour, used.RefusedHour, used.UsedDay, used.RefusedDay));
    }

    [Fact]
    public async Task Charge_OfOneTenant_LeavesTheOtherItsOwn()
    {
        await SetAsync(requests: 1, burst: 10);
        Assert.Equal(10, await AllowedAsync(CallerKind.Token));
        Assert.Null(await _quotas.ChargeRequestAsync(TenantId.New(TimeProvider.System), CallerKind.Token, Cancellation));
    }

    [Fact]
    public async Task Charge_OnTwoNodes_GivesEachHalf()
    {
        await SetAsync(requests: 10, burst: 20);
        await JoinAsync(seenSecondsAgo: 0);
        await JoinAsync(seenSecondsAgo: 5);
        await JoinAsync(seenSecondsAgo: 300); // gone
        Assert.Equal(10, await AllowedAsync(CallerKind.Token));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(5, await AllowedAsync(CallerKind.Token));
    }

    [Fact]
    public async Task Charge_WhenANodeJoins_FollowsWithinTheTimeItRemembers()
    {
        await SetAsync(requests: 10, burst: 20);
        Assert.Equal(20, await AllowedAsync(CallerKind.Token));
        await JoinAsync(0);
        await JoinAsync(0);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, await AllowedAsync(CallerKind.Token)); // not known yet
        _clock.Advance(TimeSpan.FromSeconds(TenantQuotas.RememberedSeconds + 1));
        await TestWait.UntilAsync(async () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return await AllowedAsync(CallerKind.Token) == 5;
        }, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Charge_Requests_AsksTheDatabaseOnceForMany()
    {
        var asked = 0;
        var book = new TenantLimitBook(_setting.Database.Application, _setting.Log, _clock, (_, _) =>
        {
            asked++;
            return Task.FromResult(TenantLimits.Standard);
        });
        var quotas = new TenantQuotas(book, _use, _clock, NullLogger<TenantQuotas>.Instance);
        for (var i = 0; i < 1000; i++) Assert.Null(await quotas.ChargeRequestAsync(Tenant, CallerKind.Token, Cancellation));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Charge_Ingest_CountsBytesAndAtLeastSomeForEachBatch()
    {
        await ChangeAsync(new TenantLimitChange(null, null, 1 << 20, 2 << 20, null));
        Assert.Null(await _quotas.ChargeIngestAsync(Tenant, 2 << 20, Cancellation));
        var refusal = (await _quotas.ChargeIngestAsync(Tenant, 2 << 20, Cancellation))!;
        Assert.Equal(("ingest-limit-exceeded", 2), (refusal.Code, refusal.RetryAfterSeconds));
        Assert.Contains("1 MiB", refusal.Japanese, StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromSeconds(2));
        var tiny = 0;
        while (await _quotas.ChargeIngestAsync(Tenant, 1, Cancellation) is null) tiny++;
        Assert.Equal((2 << 20) / (4 << 10), tiny);
    }

    [Theory]
    [InlineData(0, null, "requestsPerSecond")]
    [InlineData(100_001, null, "requestsPerSecond")]
    [InlineData(null, 9, "requestBurst")]
    public async Task Change_OutOfBounds_IsRefusedAndNothingChanges(int? requests, int? burst, string field)
    {
        var outcome = await _book.ChangeAsync(Tenant, AuditSetting.Actor, new TenantLimitChange(requests, burst, null, null, null), Cancellation);
        Assert.Equal(field, Assert.IsType<FieldInvalid>(outcome.Failure).Field);
        Assert.Equal(TenantLimits.Standard, (await _book.FindAsync(Tenant, Cancellation)).Effective);
    }

    [Fact]
    public async Task Change_IsInTheAuditLogWithBeforeAndAfter()
    {
        await SetAsync(requests: 7, burst: 70);
        var entry = (await _setting.Database.QueryAsOwnerAsync<(string Action, string Before, string After)>("SELECT action, before, after FROM platform.audit_entry WHERE action = 'quota.change'")).Single();
        Assert.Contains("300", entry.Before, StringComparison.Ordinal);
        Assert.Contains("7", entry.After, StringComparison.Ordinal);
    }

    private async Task<int> AllowedAsync(CallerKind kind)
    {
        var allowed = 0;
        while (await _quotas.ChargeRequestAsync(Tenant, kind, Cancellation) is null) allowed++;
        return allowed;
    }

    private Task SetAsync(int requests, int burst) => ChangeAsync(new TenantLimitChange(requests, burst, null, null, null));

    private async Task ChangeAsync(TenantLimitChange change) => Assert.Null((await _book.ChangeAsync(Tenant, AuditSetting.Actor, change, Cancellation)).Failure);

    private Task JoinAsync(int seenSecondsAgo) => _setting.Database.ExecuteAsOwnerAsync(
        "INSERT INTO platform.node (id, host_name, started_at, seen_at, uses_local_store) VALUES (gen_random_uuid(), 'n', now(), now() - make_interval(secs => @seenSecondsAgo), false)", new { seenSecondsAgo });
}
