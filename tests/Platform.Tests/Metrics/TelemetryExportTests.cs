using System.Collections.Concurrent;
using System.Text;
using Akashi.Platform.Metrics;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Akashi.Platform.Tests.Metrics;

public sealed class TelemetryExportTests
{
    private const string Secret = "akt_verysecret";

    [Fact]
    public async Task Export_ToAReceiver_SendsMetricsAndSpansWithoutSecrets()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var server = await TestServer.StartAsync();
        var options = server.Options with { Telemetry = new TelemetryOptions { OtlpEndpoint = receiver.Address, TraceRatio = 1 } };
        using var export = new TelemetryExport(options, server.Services.GetRequiredService<MetricSampler>());
        await export.StartAsync(TestContext.Current.CancellationToken);
        using (var client = server.CreateClient(ServiceHost.Api))
        {
            client.DefaultRequestHeaders.Add("Authorization", "Bearer " + Secret);
            client.DefaultRequestHeaders.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            await client.GetAsync(new Uri($"/healthz?token={Secret}", UriKind.Relative), TestContext.Current.CancellationToken);
            await client.GetAsync(new Uri($"/nowhere/{Secret}", UriKind.Relative), TestContext.Current.CancellationToken);
        }
        await TestWait.UntilAsync(() =>
        {
            export.Flush();
            return Task.FromResult(receiver.TextOf("/v1/traces").Contains("GET /healthz", StringComparison.Ordinal) && receiver.TextOf("/v1/metrics").Contains("akashi.disk.free", StringComparison.Ordinal));
        }, TimeSpan.FromSeconds(30), "spans and metrics to arrive");
        Assert.Contains("http.response.status_code", receiver.TextOf("/v1/traces"), StringComparison.Ordinal);
        Assert.Contains("akashi.http.request.duration", receiver.TextOf("/v1/metrics"), StringComparison.Ordinal);
        foreach (var path in new[] { "/v1/traces", "/v1/metrics" })
        {
            Assert.DoesNotContain(Secret, receiver.TextOf(path), StringComparison.Ordinal);
            Assert.DoesNotContain("token=", receiver.TextOf(path), StringComparison.Ordinal);
        }
        // The caller's trace id, as bytes: strangers do not choose ours.
        var chosen = Convert.FromHexString("0af7651916cd43dd8448eb211c80319c");
        Assert.DoesNotContain(receiver.Bodies, body => body.Content.AsSpan().IndexOf(chosen) >= 0);
        await export.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("", 0.1, 0)]
    [InlineData("http://127.0.0.1:4318", 1, 0)]
    [InlineData("127.0.0.1:4318", 0.1, 1)]
    [InlineData("ftp://a", 2, 2)]
    [InlineData("http://user:password@a", 0, 1)]
    public void Options_AreJudged(string endpoint, double ratio, int faults) => Assert.Equal(faults, new TelemetryOptions { OtlpEndpoint = endpoint, TraceRatio = ratio }.Faults().Count());

    /// <summary>Takes OTLP over HTTP and keeps the bodies; names and values stand in them as plain UTF-8.</summary>
    private sealed class Receiver(WebApplication app) : IAsyncDisposable
    {
        public ConcurrentQueue<(string Path, byte[] Content)> Bodies { get; } = [];

        public string Address => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

        public static async Task<Receiver> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var receiver = new Receiver(app);
            app.Run(async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                receiver.Bodies.Enqueue((context.Request.Path, body.ToArray()));
            });
            await app.StartAsync();
            return receiver;
        }

        public string TextOf(string path) => string.Concat(Bodies.Where(body => body.Path == path).Select(body => Encoding.UTF8.GetString(body.Content)));

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
