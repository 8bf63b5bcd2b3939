using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Akashi.Platform.Errors;
using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Akashi.Portal.Tests.Errors;

/// <summary>What the service cannot even read, or answer, is told like every other failure: with a code, an id, and in the caller's language.</summary>
public sealed class UnreadableRequestTests : IAsyncLifetime
{
    private static readonly string Huge = $"{{\"name\":\"{new string('x', 2 << 20)}\"}}";

    private TestServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync([new ReadingModule(), new PortalModule()], services => services.AddSingleton<ICallerAuthenticator, NobodyMayAsk>());

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("GET", "/read?pageSize=abc", null, 400, "pageSize", "abc")]
    [InlineData("GET", "/read?pageSize=99999999999999999999", null, 400, "pageSize", "99999999999999999999")]
    [InlineData("GET", "/read", null, 400, "pageSize", "pageSize")]
    [InlineData("POST", "/read", "{\"name\":", 400, "JSON", "$.name")]
    [InlineData("POST", "/read", "{\"name\":{}}", 400, "JSON", "$.name")]
    [InlineData("POST", "/read", "null", 400, "body", "body")]
    [InlineData("POST", "/read", "", 400, "body", "body")]
    [InlineData("POST", "/read", "HUGE", 413, "", "")]
    [InlineData("POST", "/nul", null, 400, "U+0000", "U+0000")]
    public async Task Request_ThatCannotBeRead_IsAnsweredAsAProblemInBothLanguages(string method, string path, string? body, int status, string names, string quotes)
    {
        foreach (var language in new[] { "ja", "en" })
        {
            // HTTP/2, where an answer before the end of the request does not break the connection under the one who still sends.
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Version = System.Net.HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.AcceptLanguage.ParseAdd(language);
            if (body is not null) request.Content = new StringContent(body == "HUGE" ? Huge : body, Encoding.UTF8, "application/json");
            var (answered, detail) = await ProblemAsync(request);
            Assert.Equal(status, answered);
            Assert.Contains(names, detail, StringComparison.Ordinal);
            Assert.Contains(quotes, detail, StringComparison.Ordinal);
            Assert.Equal(language == "ja", IsJapanese(detail));
        }
    }

    [Theory]
    [InlineData("/bug", 500)]
    [InlineData("/database", 503)]
    public async Task Fault_InTheCallersLanguage_WhateverTheMachines(string path, int status)
    {
        foreach (var language in new[] { "ja", "en" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.AcceptLanguage.ParseAdd(language);
            var (answered, detail) = await ProblemAsync(request);
            Assert.Equal((status, language, language == "ja"), (answered, language, IsJapanese(detail)));
        }
    }

    [Fact]
    public async Task Fault_OnAPage_KeepsTheHeadersOfEveryAnswer()
    {
        using var client = _server.CreateClient(ServiceHost.Console);
        using var answer = await client.GetAsync(new Uri("/bug", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        foreach (var header in new[] { "Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options", "Cache-Control" }) Assert.True(answer.Headers.Contains(header), header);
    }

    [Fact]
    public async Task Get_WhatIsTheSameForEverybody_AsksForNoCaller()
    {
        using var client = _server.CreateClient(ServiceHost.Console);
        foreach (var path in new[] { _server.Services.GetRequiredService<Assets>().AddressOf("akashi.css"), "/healthz", "/readyz" })
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
            Assert.Equal((path, HttpStatusCode.OK), (path, answer.StatusCode));
        }
        using var asked = await client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.InternalServerError, asked.StatusCode); // whoever asks there is looked up
    }

    private async Task<(int Status, string Detail)> ProblemAsync(HttpRequestMessage request)
    {
        using var client = _server.CreateClient(ServiceHost.Api);
        using var answer = await client.SendAsync(request, Cancellation);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.NotEmpty(problem.RootElement.GetProperty("code").GetString()!);
        Assert.NotEmpty(problem.RootElement.GetProperty("traceId").GetString()!);
        return ((int)answer.StatusCode, problem.RootElement.GetProperty("detail").GetString()!);
    }

    private static bool IsJapanese(string text) => text.Any(letter => letter is >= 'ぁ' and <= 'ヿ');

    private sealed record Named(string Name);

    private sealed class NobodyMayAsk : ICallerAuthenticator
    {
        public ValueTask<Outcome<Caller>?> AuthenticateAsync(HttpContext context, ServiceHost host) =>
            context.Request.Path == "/" || context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal) || context.Request.Path.Value!.EndsWith('z')
                ? throw new InvalidOperationException("somebody was looked up")
                : ValueTask.FromResult<Outcome<Caller>?>(null);
    }

    private sealed class ReadingModule : AkashiModule
    {
        private const string Reason = "For the test.";

        public override string Name => "reading";

        public override void AddServices(IServiceCollection services, ServerOptions options)
        {
        }

        public override void MapRoutes(ServiceRoutes routes)
        {
            foreach (var host in new[] { routes.Console, routes.Api })
                host.MapGet("/bug", IResult () => throw new InvalidOperationException("bug")).OpenToAnybody(Reason);
            routes.Api.MapGet("/database", IResult () => throw new NpgsqlException("away")).OpenToAnybody(Reason);
            routes.Api.MapGet("/read", (int pageSize) => Results.Text(pageSize.ToString(CultureInfo.InvariantCulture))).OpenToAnybody(Reason);
            routes.Api.MapPost("/read", (Named body) => Results.Text(body.Name)).OpenToAnybody(Reason);
            routes.Api.MapPost("/nul", IResult () => throw new PostgresException("invalid byte sequence", "ERROR", "ERROR", "22021")).OpenToAnybody(Reason);
        }
    }
}
