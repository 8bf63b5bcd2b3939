using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Platform.Hosting;
using Akashi.Platform.Quotas;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Operations.Tests.Quotas;

/// <summary>Requests of nobody known are bounded too; the real service's bound is only larger.</summary>
public sealed class RequestCeilingTests : IAsyncLifetime
{
    private const int Maximum = 3;
    private static readonly Uri Wait = new("/wait", UriKind.Relative), Fail = new("/fail", UriKind.Relative);

    private readonly WaitingModule _module = new();
    private TestServer _server = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync([_module], services => services.AddSingleton(new RequestCeilingLimit(Maximum)));
        _client = _server.CreateClient(ServiceHost.Api);
        _client.Timeout = TimeSpan.FromSeconds(20); // without a ceiling it would wait for ever
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Request_BeyondTheCeiling_IsAnsweredAtOnceAndServedWhenAnotherHasEnded()
    {
        var under = Enumerable.Range(0, Maximum).Select(_ => _client.GetAsync(Wait, Cancellation)).ToList();
        await TestWait.UntilAsync(() => Task.FromResult(_module.Inside == Maximum), TimeSpan.FromSeconds(30), "all to be under way");
        foreach (var path in new[] { Wait, new Uri("/no-such-thing", UriKind.Relative) })
        {
            using var refused = await _client.GetAsync(path, Cancellation);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal("service-busy", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
            Assert.Equal(TimeSpan.FromSeconds(3), refused.Headers.RetryAfter?.Delta);
        }
        Assert.Equal(Maximum, _module.Inside);
        _module.Leave.SetResult();
        foreach (var answer in await Task.WhenAll(under)) Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        using var served = await _client.GetAsync(Wait, Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, served.StatusCode);
    }

    [Fact]
    public async Task Request_ThatFails_GivesItsPlaceBack()
    {
        _module.Leave.SetResult();
        for (var i = 0; i < 3 * Maximum; i++)
        {
            using var failed = await _client.GetAsync(Fail, Cancellation);
            Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        }
    }

    private sealed class WaitingModule : AkashiModule
    {
        private int _inside;

        public int Inside => Volatile.Read(ref _inside);

        public TaskCompletionSource Leave { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override string Name => "waiting";

        public override void AddServices(IServiceCollection services, ServerOptions options)
        {
        }

        public override void MapRoutes(ServiceRoutes routes)
        {
            routes.Api.MapGet("/wait", WaitAsync).OpenToAnybody("Waits for the test.");
            routes.Api.MapGet("/fail", () => Throw()).OpenToAnybody("Fails for the test.");
        }

        private async Task<Microsoft.AspNetCore.Http.IResult> WaitAsync()
        {
            Interlocked.Increment(ref _inside);
            await Leave.Task;
            Interlocked.Decrement(ref _inside);
            return Microsoft.AspNetCore.Http.Results.NoContent();
        }

        private static string Throw() => throw new InvalidOperationException("As the test wants it.");
    }
}
