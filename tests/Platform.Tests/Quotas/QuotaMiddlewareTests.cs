using Akashi.Platform.Errors;
using Akashi.Platform.Metrics;
using Akashi.Platform.Quotas;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Tests.Audit;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Akashi.Platform.Tests.Quotas;

/// <summary>Who pays for a request, and who waits while others are worked on. Every step is taken when the call returns.</summary>
public sealed class QuotaMiddlewareTests : IAsyncLifetime
{
    private const int PlacesOfOneTenant = 16, LongestLine = 512;

    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().AddMetrics().AddSingleton<ServiceMetrics>().AddSingleton<FailureLog>().BuildServiceProvider();
    private readonly TaskCompletionSource _leave = new();
    private AuditSetting _setting = null!;
    private QuotaUse _use = null!;
    private QuotaMiddleware _middleware = null!;
    private int _inside;

    public async ValueTask InitializeAsync()
    {
        _setting = await AuditSetting.CreateAsync();
        var clock = new HandClock();
        _use = new QuotaUse(_setting.Database.Application, _services.GetRequiredService<ServiceMetrics>(), _setting.Clock, NullLogger<QuotaUse>.Instance);
        var quotas = new TenantQuotas(new TenantLimitBook(_setting.Database.Application, _setting.Log, clock), _use, clock, NullLogger<TenantQuotas>.Instance);
        foreach (var tenant in new[] { _setting.Tenant, _setting.Other }) Assert.Null(await quotas.ChargeRequestAsync(tenant, CallerKind.User, TestContext.Current.CancellationToken)); // the limits are read
        _middleware = new QuotaMiddleware(_ =>
        {
            _inside++;
            return _leave.Task;
        }, quotas, new RequestQueue());
    }

    public async ValueTask DisposeAsync()
    {
        _use.Dispose();
        await _services.DisposeAsync();
        await _setting.DisposeAsync();
    }

    [Fact]
    public async Task Invoke_MoreThanOneTenantMayHold_WaitThenAreRefusedAndTheOtherIsServed()
    {
        var sent = Enumerable.Range(0, PlacesOfOneTenant + LongestLine).Select(_ => _middleware.InvokeAsync(Ask(_setting.Tenant))).ToList();
        Assert.Equal(PlacesOfOneTenant, _inside);
        var refused = Ask(_setting.Tenant);
        await _middleware.InvokeAsync(refused);
        Assert.Equal((429, "5"), (refused.Response.StatusCode, refused.Response.Headers.RetryAfter.ToString()));
        sent.Add(_middleware.InvokeAsync(Ask(_setting.Other)));
        Assert.Equal(PlacesOfOneTenant + 1, _inside);
        _leave.SetResult();
        await Task.WhenAll(sent).WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(sent.Count, _inside);
    }

    [Fact]
    public async Task Invoke_OperatorAboutACustomer_CountsAsTheOperators()
    {
        _leave.SetResult();
        await _middleware.InvokeAsync(Ask(_setting.Tenant, operatorOf: _setting.Other));
        Assert.Equal((1, 2), (await UsedAsync(_setting.Tenant), await UsedAsync(_setting.Other))); // one each was charged at the start
    }

    [Fact]
    public async Task Invoke_SearchesAndBatches_HoldNoPlaceAmongTheShortOnes()
    {
        var held = Enumerable.Range(0, PlacesOfOneTenant).Select(_ => _middleware.InvokeAsync(Ask(_setting.Tenant))).ToList();
        foreach (var kind in new[] { QuotaKind.Searches, QuotaKind.Ingest }) held.Add(_middleware.InvokeAsync(Ask(_setting.Tenant, kind: kind)));
        Assert.Equal(PlacesOfOneTenant + 2, _inside);
        Assert.Equal(1 + PlacesOfOneTenant + 1, await UsedAsync(_setting.Tenant)); // the batch is charged by its receiver
        _leave.SetResult();
        await Task.WhenAll(held);
    }

    private DefaultHttpContext Ask(TenantId tenant, TenantId? operatorOf = null, QuotaKind kind = QuotaKind.Requests)
    {
        var context = new DefaultHttpContext { RequestServices = _services };
        context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(new RouteAccess(Permission.ServiceRead, TenantScope.Service, null), new RouteQuota(kind)), "test"));
        context.Features.Set(new Caller(tenant, CallerKind.User, "yamada", "山田 太郎", new HashSet<Permission>(), operatorOf));
        return context;
    }

    private async Task<long> UsedAsync(TenantId tenant) =>
        (await _use.ReadAsync(tenant, TestContext.Current.CancellationToken)).Single(one => one.Kind == QuotaKind.Requests).UsedHour;
}
