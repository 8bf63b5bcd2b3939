using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Akashi.Platform.Hosting;
using Akashi.Platform.Web;
using Akashi.TestKit.Secrets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Akashi.TestKit;

/// <summary>
/// The real server in this process: Kestrel with TLS on a free loopback port, a data folder and a database of its own.
/// <c>await using var server = await TestServer.StartAsync(new IdentityModule(), new PortalModule());</c>
/// </summary>
public sealed class TestServer : IAsyncDisposable
{
    private const int PortAttempts = 5;

    private readonly WebApplication _app;
    private readonly TestFolder _folder;
    private readonly bool _ownsDatabase;
    private readonly X509Certificate2Collection _roots = [];

    private TestServer(WebApplication app, TestFolder folder, TestDatabase database, TestClock clock, ServerOptions options, bool ownsDatabase)
    {
        (_app, _folder, Database, Clock, Options, _ownsDatabase) = (app, folder, database, clock, options, ownsDatabase);
        Hosts = Services.GetRequiredService<ServiceHosts>();
    }

    public IServiceProvider Services => _app.Services;

    public TestDatabase Database { get; }

    /// <summary>The server's clock; it stands at the real start time until advanced.</summary>
    public TestClock Clock { get; }

    public ServerOptions Options { get; }

    public ServiceHosts Hosts { get; }

    public static Task<TestServer> StartAsync(params AkashiModule[] modules) => StartAsync(modules, null);

    /// <param name="configure">Changes services after the modules added theirs.</param>
    /// <param name="settings">Changes the settings that a test server has.</param>
    public static Task<TestServer> StartAsync(AkashiModule[] modules, Action<IServiceCollection>? configure, Func<ServerOptions, ServerOptions>? settings = null) => StartAsync(modules, configure, first: null, settings);

    /// <summary>Another node on the same database, keys, objects and clock; dispose of it before this one.</summary>
    public Task<TestServer> StartBesideAsync(params AkashiModule[] modules) => StartAsync(modules, null, this, null);

    private static async Task<TestServer> StartAsync(AkashiModule[] modules, Action<IServiceCollection>? configure, TestServer? first, Func<ServerOptions, ServerOptions>? settings)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryStartAsync(modules, configure, first, settings);
            }
            catch (IOException e) when (e.InnerException is AddressInUseException && attempt < PortAttempts)
            {
                // Another process took the port between looking and listening.
            }
        }
    }

    /// <summary>Trusts one more root; those in the data folder's <c>authority.pem</c> are trusted anyway.</summary>
    public void TrustRoot(X509Certificate2 root) => _roots.Add(root);

    /// <summary>For example <c>https://console.akashi.localhost:40123/traces</c>.</summary>
    public Uri Address(ServiceHost host, string path) => new(Hosts.OriginOf(host) + path);

    /// <summary>A client of one host that follows no redirects and keeps no cookies.</summary>
    public HttpClient CreateClient(ServiceHost host) => new(CreateHandler(), disposeHandler: true) { BaseAddress = Address(host, "/") };

    /// <summary>A person's browser: cookies, all hosts, forms with their token; follows no redirects by itself.</summary>
    public TestBrowser CreateBrowser() => new(Hosts, CreateHandler());

    public SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        MaxResponseDrainSize = 0, // an answer that is not read to its end is hung up on, as by a browser
        ConnectCallback = LoopbackNames.ConnectAsync,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors) },
    };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsDatabase) await Database.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<TestServer> TryStartAsync(AkashiModule[] modules, Action<IServiceCollection>? configure, TestServer? first, Func<ServerOptions, ServerOptions>? settings)
    {
        var folder = new TestFolder();
        var database = first?.Database ?? await TestDatabase.CreateAsync(modules);
        if (first is not null)
        {
            Directory.CreateSymbolicLink(folder.File("keys"), first.Options.KeysFolder);
            Directory.CreateSymbolicLink(folder.File("objects"), first.Options.ObjectsFolder);
        }
        var options = new ServerOptions
        {
            Data = folder.Path,
            Port = LoopbackNames.FreePort(),
            Listen = ["127.0.0.1"],
            RunJobs = false, // tests run jobs themselves
            EmbeddedTraces = first is null, // serves one node: another's files would be looked for here
            OwnerConnection = database.OwnerConnection,
            ApplicationConnection = database.ApplicationConnection,
            OperatorConnection = database.OperatorConnection,
        };
        if (settings is not null) options = settings(options);
        // Certificates are judged by the system's clock, so the server's begins there.
        var clock = first?.Clock ?? new TestClock(TimeProvider.System.GetUtcNow());
        var app = Build(modules, options, clock, configure);
        var server = new TestServer(app, folder, database, clock, options, ownsDatabase: first is null);
        try
        {
            if (!modules.Any(module => string.Equals(module.Name, "certificates", StringComparison.OrdinalIgnoreCase))) server.UseTestCertificates();
            foreach (var module in modules) await module.StartAsync(app.Services, CancellationToken.None);
            app.UseAkashiWeb(modules);
            await app.StartAsync();
            var authority = folder.File("authority.pem");
            if (File.Exists(authority)) server._roots.ImportFromPemFile(authority);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static WebApplication Build(AkashiModule[] modules, ServerOptions options, TestClock clock, Action<IServiceCollection>? configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseAkashiKestrel(options);
        builder.Logging.ClearProviders().AddConsole().AddFilter<ConsoleLoggerProvider>((category, level) => level >= (category?.EndsWith("XmlKeyManager", StringComparison.Ordinal) == true ? LogLevel.Error : LogLevel.Warning)).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Npgsql", LogLevel.Warning);
        if (TestOutput.Kept is { } output) builder.Logging.AddProvider(output);
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddAkashiWeb(options);
        foreach (var module in modules) module.AddServices(builder.Services, options);
        configure?.Invoke(builder.Services);
        return builder.Build();
    }

    private void UseTestCertificates()
    {
        var certificates = TestCertificates.Create(Hosts, TimeProvider.System.GetUtcNow());
        Services.GetRequiredService<ServerCertificates>().Use(certificates.Contexts);
        TrustRoot(certificates.Root);
    }

    private bool IsTrusted(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return false;
        if (_roots.Count == 0) throw new InvalidOperationException("Call TrustRoot with the root that issues this server's certificates.");
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(_roots);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        if (chain is not null) own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        return own.Build((X509Certificate2)certificate);
    }
}
