using System.Text.Json;
using Akashi.Agent.Protocol;
using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Identity;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Akashi.Traces;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Search;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Portal.Tests.Export;

/// <summary>An export over a store that fails when it is told to.</summary>
public sealed class BrokenExportTests : IAsyncLifetime
{
    private readonly FailingStore _store = new();
    private TestServer _server = null!;
    private TwoTenants _tenants = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(
            [new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new TracesModule(), new PortalModule()], services => services.AddSingleton<ITraceStore>(_store));
        _tenants = await TwoTenants.CreateAsync(_server);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("original")]
    [InlineData("csv")]
    [InlineData("jsonl")]
    public async Task Export_FailsInTheMiddle_BreaksTheConnectionAndTellsWhy(string format)
    {
        using var client = _tenants.CreateApiClient(_tenants.A);
        var run = Guid.CreateVersion7();
        _store.Good = 3;
        // Broken while it arrives, or even before its head did; never a file that ends.
        _ = await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetByteArrayAsync(new Uri($"/api/v1/traces/export?q=*&format={format}&run={run}", UriKind.Relative), TestContext.Current.CancellationToken));
        using var state = JsonDocument.Parse(await client.GetStringAsync(new Uri($"/api/v1/traces/exports/{run}", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(("failed", "expression-too-slow", 3), (state.RootElement.GetProperty("state").GetString(), state.RootElement.GetProperty("code").GetString(), state.RootElement.GetProperty("rows").GetInt64()));
    }

    [Fact]
    public async Task Export_FailsAtOnce_IsAProblemInTheReadersLanguage()
    {
        using var client = _tenants.CreateApiClient(_tenants.A);
        client.DefaultRequestHeaders.Add("Accept-Language", "ja");
        _store.Good = 0;
        using var answer = await client.GetAsync(new Uri("/api/v1/traces/export?q=*&format=csv", UriKind.Relative), TestContext.Current.CancellationToken);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("expression-too-slow", problem.RootElement.GetProperty("code").GetString());
        Assert.Contains("正規表現", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Null(answer.Content.Headers.ContentDisposition);
    }

    private sealed class FailingStore : ITraceStore
    {
        /// <summary>Batches of one trace before it fails.</summary>
        public int Good { get; set; }

        public Task<TraceView> OpenAsync(TenantId tenant, TraceQuery query, CancellationToken cancellation) => Task.FromResult<TraceView>(new View(Good));
    }

    private sealed class View(int good) : TraceView
    {
        private readonly BatchSource _source = new(Tmid.Parse(PortalServer.Terminal), BatchId.Parse(new string('0', BatchId.Length)), DateTimeOffset.UnixEpoch);

        public override Task<TraceTimes?> TimesAsync(CancellationToken cancellation) => Task.FromResult<TraceTimes?>(null);

        public override Task<TracePage> FirstAsync(TraceOrder order, int limit, TracePosition? after, CancellationToken cancellation) => Task.FromResult(new TracePage([], null));

        public override Task<long> CountAsync(CancellationToken cancellation) => Task.FromResult(10L);

        public override Task<long[]> HistogramAsync(long start, long width, int steps, CancellationToken cancellation) => Task.FromResult(new long[steps]);

        public override Task<TraceGroups> GroupsAsync(IReadOnlyList<string> by, string? sum, int limit, CancellationToken cancellation) => Task.FromResult(new TraceGroups([], 0, 0));

        public override async IAsyncEnumerable<IReadOnlyList<FoundTrace>> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        {
            for (var i = 0; i < good; i++)
            {
                yield return [new FoundTrace([.. "a line"u8], Traces.Lines.LineEnd.Lf, DateTimeOffset.UnixEpoch, Traces.Lines.LineFlags.Unparsed, _source.Tmid, _source.Batch, i, DateTimeOffset.UnixEpoch, TracePosition.Of(0, _source, i))];
                await Task.Yield();
            }
            throw new System.Text.RegularExpressions.RegexMatchTimeoutException();
        }

        public override void Dispose()
        {
        }
    }
}
