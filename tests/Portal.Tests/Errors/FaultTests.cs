using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Akashi.Platform.Errors;
using Akashi.Platform.Hosting;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Akashi.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Akashi.Portal.Tests.Errors;

/// <summary>Every fault of the service shows an id to quote; its cause is in the log under that id and nowhere else.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private const string Secret = "cause-that-stays-inside";

    private static readonly Dictionary<string, Func<IResult>> Faults = new(StringComparer.Ordinal)
    {
        ["bug"] = () => throw new InvalidOperationException(Secret),
        ["database"] = () => throw new NpgsqlException(Secret),
        ["storage"] = () => throw new IOException(Secret),
        ["slow"] = () => throw new TimeoutException(Secret),
        ["damage"] = () => new Damaged(Secret).ToProblem(),
        ["in-page"] = () => Page.Show<FailureNote>(new { Failure = new Damaged(Secret) }, StatusCodes.Status500InternalServerError),
    };

    private readonly LogCapture _log = new();
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() =>
        _server = await TestServer.StartAsync([new FaultyModule(), new PortalModule()], services => services.AddSingleton<ILoggerProvider>(_log));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _log.Dispose();
    }

    [Theory]
    [InlineData("bug", 500)]
    [InlineData("database", 503)]
    [InlineData("storage", 503)]
    [InlineData("slow", 503)]
    [InlineData("damage", 500)]
    [InlineData("in-page", 500)]
    public async Task Fault_OnAPage_ShowsAnIdAndLogsTheCauseUnderIt(string fault, int status)
    {
        using var browser = _server.CreateBrowser();
        var page = await browser.GetAsync(ServiceHost.Console, "/fault/" + fault);
        Assert.Equal(status, (int)page.Status);
        Assert.DoesNotContain(Secret, page.Body, StringComparison.Ordinal);
        Assert.Contains("お問い合わせ番号", WebUtility.HtmlDecode(page.Body), StringComparison.Ordinal);
        AssertLogged(page.Body.Split("<code>")[^1].Split("</code>")[0]);
    }

    [Theory]
    [InlineData("bug", 500)]
    [InlineData("database", 503)]
    [InlineData("storage", 503)]
    [InlineData("slow", 503)]
    [InlineData("damage", 500)]
    public async Task Fault_InTheApi_ShowsAnIdAndLogsTheCauseUnderIt(string fault, int status)
    {
        using var client = _server.CreateClient(ServiceHost.Api);
        using var answer = await client.GetAsync(new Uri("/fault/" + fault, UriKind.Relative), TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain(Secret, body, StringComparison.Ordinal);
        using var problem = JsonDocument.Parse(body);
        AssertLogged(problem.RootElement.GetProperty("traceId").GetString()!);
    }

    [Fact]
    public async Task Refusal_WithoutACause_IsNotLogged()
    {
        using var browser = _server.CreateBrowser();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(ServiceHost.Console, "/nowhere")).Status);
        Assert.Empty(_log.Lines);
    }

    private void AssertLogged(string id)
    {
        Assert.Matches("^[0-9A-Z]{13}:[0-9A-F]{8}$", id);
        var line = Assert.Single(_log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.Contains(id, line, StringComparison.Ordinal);
    }

    private sealed record Damaged(string Why) : Failure("probe-damaged", StatusCodes.Status500InternalServerError)
    {
        public override string Japanese => "保存されたデータが壊れています。";
        public override string English => "Stored data is damaged.";
        public override string? Cause => Why;
    }

    private sealed class FaultyModule : AkashiModule
    {
        public override string Name => "faulty";

        public override void AddServices(IServiceCollection services, ServerOptions options)
        {
        }

        public override void MapRoutes(ServiceRoutes routes)
        {
            foreach (var host in new[] { routes.Console, routes.Api })
                host.MapGet("/fault/{name}", (string name) => Faults[name]()).OpenToAnybody("Fails for the test.");
        }
    }

    private sealed class LogCapture : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) Lines.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
