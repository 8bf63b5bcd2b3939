using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Text.Json;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Akashi.Cli.Tests;

/// <summary>The API as the client sees it, with TLS on a loopback port, and a data folder that points to it.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    public const string Token = "akt_test";

    private readonly TestFolder _folder = new();
    private readonly WebApplication _app;

    private FakeApi(WebApplication app) => _app = app;

    public string Data => _folder.Path;

    /// <summary>Method, path and query of every request, in order of arrival.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Answers everything; unknown tokens are refused before.</summary>
    public required RequestDelegate Handler { get; init; }

    public static async Task<FakeApi> StartAsync(RequestDelegate handler, string token = Token)
    {
        var hosts = new ServiceHosts("akashi.localhost", LoopbackNames.FreePort());
        var certificates = TestCertificates.Create(hosts, TimeProvider.System.GetUtcNow());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, hosts.Port, listen => listen.UseHttps(
            (_, hello, _, _) => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificates.Contexts[hosts.Find(hello.ServerName) ?? ServiceHost.Portal] }),
            state: null!)));
        var app = builder.Build();
        var api = new FakeApi(app) { Handler = handler };
        app.Run(api.AnswerAsync);
        await app.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(api.Data, "authority.pem"), certificates.Root.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(api.Data, "ready.json"), JsonSerializer.Serialize(new { addresses = new { api = hosts.OriginOf(ServiceHost.Api) }, apiToken = token, operatorApiToken = token }));
        return api;
    }

    public static Task ProblemAsync(HttpContext context, int status, string code, string detail) =>
        Results.Problem(statusCode: status, detail: detail, extensions: new Dictionary<string, object?> { ["code"] = code }).ExecuteAsync(context);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        return context.Request.Headers.Authorization == "Bearer " + Token ? Handler(context) : ProblemAsync(context, 401, "token-refused", "The API token is not valid.");
    }
}
