using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Certificates;
using Akashi.Certificates.Contracts;
using Akashi.Endpoints;
using Akashi.Identity;
using Akashi.Identity.Contracts;
using Akashi.Platform.Errors;
using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;
using Akashi.Portal;
using Akashi.TestKit;
using Akashi.Traces.Archive;
using Akashi.Traces.ClickHouse;
using Akashi.Traces.Index;
using Akashi.Traces.Receive;
using Akashi.Traces.Search;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Akashi.Traces.Tests;

/// <summary>The way of a trace inside the server, on a real database and disk, with the background work driven by hand.</summary>
internal sealed class TracePipeline : IAsyncDisposable
{
    public static readonly Tmid Terminal = Tmid.Parse("0f8c2a54-77aa-4c1e-9d1c-3b3f0d6f2a11");

    private readonly TestServer _server;

    private TracePipeline(TestServer server, TenantId tenant) => (_server, Tenant) = (server, tenant);

    public TenantId Tenant { get; }

    public TestDatabase Database => _server.Database;

    public ServerOptions Options => _server.Options;

    public TestClock Clock => _server.Clock;

    public BatchReceiver Receiver => Service<BatchReceiver>();

    public Indexer Indexer => Service<Indexer>();

    public Merger Merger => Service<Merger>();

    /// <param name="clickHouse">Traces are searched there instead of in segments.</param>
    public static async Task<TracePipeline> StartAsync(ClickHouseOptions? clickHouse = null)
    {
        var server = await TestServer.StartAsync(
            [new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new TracesModule(), new PortalModule()],
            services =>
            {
                foreach (var background in services.Where(service => service.ServiceType == typeof(IHostedService) && (service.ImplementationType == typeof(Indexer) || service.ImplementationType == typeof(Merger) || service.ImplementationType == typeof(ClickHouseLoader))).ToList())
                    services.Remove(background);
                if (clickHouse is null) services.AddSingleton<Indexer>().AddSingleton<Merger>();
                else services.AddSingleton<ClickHouseLoader>();
            },
            options => clickHouse is null ? options : options with { EmbeddedTraces = false, ClickHouse = clickHouse });
        server.TrustRoot(server.Services.GetRequiredService<CertificateAuthority>().Certificate);
        var tenant = (await server.Services.GetRequiredService<TenantDirectory>().ListAsync(CancellationToken.None)).Single(tenant => !tenant.IsOperator);
        return new TracePipeline(server, tenant.Id);
    }

    /// <summary>Makes all that was received searchable.</summary>
    public async Task IndexAllAsync(TenantId? tenant = null)
    {
        while (Options.EmbeddedTraces ? await Indexer.IndexAsync(tenant ?? Tenant, CancellationToken.None) : await Service<ClickHouseLoader>().LoadAsync(tenant ?? Tenant, CancellationToken.None))
        {
        }
    }

    public T Service<T>() where T : notnull => _server.Services.GetRequiredService<T>();

    public BatchName NewName() => new(Terminal, TimeProvider.System.GetUtcNow(), BatchId.Parse(RandomNumberGenerator.GetHexString(BatchId.Length, lowercase: true)));

    public static string Line(int number, string text = "x") => $"11/20/2026 13:20:00.{number % 1000:D3} +0900 evt=ps subEvt=start com=\"PC\" sn={number} cmd=\"{text}\"";

    public static byte[] Log(params string[] lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    public static byte[] Zip(BatchName name, byte[] log)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry(name.EntryName).Open();
            entry.Write(log);
        }
        return memory.ToArray();
    }

    public Task<Outcome<BatchReceipt>> ReceiveAsync(BatchName name, params string[] lines) => ReceiveZipAsync(name, Zip(name, Log(lines)));

    public Task<Outcome<BatchReceipt>> ReceiveZipAsync(BatchName name, byte[] zip, TenantId? tenant = null, string source = TraceNames.SourceAgent)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(zip);
        context.Request.ContentLength = zip.Length;
        return Receiver.ReceiveAsync(tenant ?? Tenant, name, source, context.Request, beforeStoring: null, CancellationToken.None);
    }

    public async Task<long> CountAsync(string query, TenantId? tenant = null)
    {
        var outcome = await Service<TraceSearch>().CountAsync(tenant ?? Tenant, query, null, null, CancellationToken.None);
        return outcome.TryGet(out var count, out var failure) ? count : throw new InvalidOperationException(failure.ToString());
    }

    public static void Flip(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[^20] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    public async Task<(bool Sound, string Report)> VerifyAsync()
    {
        var report = new StringWriter();
        var sound = true;
        foreach (var check in _server.Services.GetServices<IArchiveCheck>()) sound &= await check.VerifyAsync(report, CancellationToken.None);
        return (sound, report.ToString());
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
