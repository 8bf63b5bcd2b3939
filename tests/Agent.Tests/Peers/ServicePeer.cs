using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text;
using Akashi.Agent.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Akashi.Agent.Tests.Peers;

/// <summary>The service's side of the agent protocol, as small as can be, with answers a test can bend.</summary>
internal sealed class ServicePeer : IAsyncDisposable
{
    public const string Base = "akashi.localhost";
    public const string Token = "one-time-token";

    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, string> _enrolled = new(StringComparer.Ordinal);
    private int _enrolments;

    private ServicePeer(WebApplication application, PeerAuthority authority) => (_application, Authority) = (application, authority);

    public PeerAuthority Authority { get; }

    /// <summary>Batches in the order of their arrival; the last bytes under a name win.</summary>
    public ConcurrentDictionary<string, byte[]> Batches { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Arrivals { get; } = new();

    public ConcurrentQueue<RejectedBatchReport> Reports { get; } = new();

    public ConcurrentQueue<string> ClientCertificates { get; } = new();

    public AgentPolicy Policy { get; set; } = new([], [], 1);

    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(1);

    public IEnumerable<string> Requests => _enrolled.Values;

    public int Enrolments => _enrolments;

    public int Renewals { get; private set; }

    /// <summary>Answers instead of storing when it returns true.</summary>
    public Func<HttpContext, string, Task<bool>>? Intercept { get; set; }

    public Uri Address { get; private set; } = null!;

    public static async Task<ServicePeer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var authority = new PeerAuthority();
        builder.Services.Configure<KestrelServerOptions>(options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = authority.Server("enrol." + Base, "agent." + Base);
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = (certificate, _, _) => authority.Issued(certificate);
        })));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var application = builder.Build();
        var peer = new ServicePeer(application, authority);
        peer.Map();
        await application.StartAsync();
        var bound = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        peer.Address = new Uri($"https://{Base}:{bound.Port}");
        return peer;
    }

    /// <summary>Every line received, by number; fails when a number came twice in different batches.</summary>
    public SortedDictionary<long, string> Lines()
    {
        var lines = new SortedDictionary<long, string>();
        foreach (var (name, bytes) in Batches)
        {
            foreach (var line in Unzip(name, bytes)) Assert.True(lines.TryAdd(TraceLines.Number(line), line), $"Number {TraceLines.Number(line)} came twice: {line}");
        }
        return lines;
    }

    public static string[] Unzip(string name, byte[] bytes)
    {
        using var archive = new ZipArchive(new MemoryStream(bytes));
        var entry = Assert.Single(archive.Entries);
        Assert.Equal(BatchName.Parse(name).EntryName, entry.FullName);
        using var reader = new StreamReader(entry.Open(), new UTF8Encoding(false, true));
        var text = reader.ReadToEnd();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return text[..^1].Split('\n');
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        Authority.Dispose();
    }

    private void Map()
    {
        _application.MapPost(AgentRoutes.Enrol, async (HttpContext http) =>
        {
            var request = (await http.Request.ReadFromJsonAsync<EnrolRequest>())!;
            if (request.Token != Token) return Results.Json(new { code = "enrol.token", detail = "The token is used or unknown." }, contentType: "application/problem+json", statusCode: 403);
            // One token, one request; the same bytes again are the agent's retry after a crash.
            if (_enrolled.GetOrAdd(request.Tmid, request.CertificateRequest) != request.CertificateRequest || _enrolled.Count > 1)
                return Results.Json(new { code = "enrol.token", detail = "The token was used by another terminal." }, contentType: "application/problem+json", statusCode: 403);
            Interlocked.Increment(ref _enrolments);
            return Issue(request.CertificateRequest);
        });
        _application.MapPost(AgentRoutes.Renew, async (HttpContext http) =>
        {
            if (http.Connection.ClientCertificate is null) return Results.StatusCode(401);
            Renewals++;
            Lifetime = TimeSpan.FromDays(1);
            return Issue((await http.Request.ReadFromJsonAsync<RenewRequest>())!.CertificateRequest);
        });
        _application.MapGet(AgentRoutes.Policy, (HttpContext http) =>
        {
            if (http.Connection.ClientCertificate is not { } certificate) return Results.StatusCode(401);
            ClientCertificates.Enqueue(certificate.Thumbprint);
            return Results.Json(Policy);
        });
        _application.MapPut(AgentRoutes.Batches + "{name}", ReceiveAsync);
        _application.MapPost(AgentRoutes.Rejected, async (HttpContext http) =>
        {
            Reports.Enqueue((await http.Request.ReadFromJsonAsync<RejectedBatchReport>())!);
            return Results.Ok();
        });
    }

    private async Task<IResult> ReceiveAsync(HttpContext http, string name)
    {
        if (http.Connection.ClientCertificate is null) return Results.StatusCode(401);
        Assert.True(BatchName.TryParse(name, out _), $"'{name}' is no batch name.");
        Arrivals.Enqueue(name);
        if (Intercept is { } intercept && await intercept(http, name)) return Results.Empty;
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var bytes = body.ToArray();
        var stored = Batches.GetOrAdd(name, bytes);
        return stored.AsSpan().SequenceEqual(bytes) ? Results.Ok() : Results.Json(new { code = "batch.conflict" }, contentType: "application/problem+json", statusCode: 409);
    }

    private IResult Issue(string request)
    {
        using var certificate = Authority.Terminal(request, Lifetime);
        return Results.Json(new CertificateResponse(certificate.ExportCertificatePem(), Authority.Pem, certificate.NotAfter));
    }
}
