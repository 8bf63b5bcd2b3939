using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Akashi.Platform.Hosting;
using Akashi.Platform.Web;

namespace Akashi.TestKit.Service;

/// <summary>How a whole service is started.</summary>
/// <param name="WithAgent">True starts the agent too; it then records this machine.</param>
/// <param name="ServerScript">Shell script that runs in place of akashi-server, for example to trace it; it ends with <c>exec … "$@"</c>.</param>
/// <param name="Prepare">Called with the data folder before the start.</param>
public sealed record ServiceSettings(bool WithAgent = false, Func<RunningService, string>? ServerScript = null, Action<string>? Prepare = null);

/// <summary>
/// The whole service as people run it: akashi-supervisor with PostgreSQL, server and (if wanted) agent, in a folder and on a port of its own.
/// </summary>
public sealed class RunningService : IAsyncDisposable
{
    private const int PortAttempts = 3;

    private readonly TestFolder _folder;

    private RunningService(TestFolder folder, ServiceSettings settings)
    {
        (_folder, Settings) = (folder, settings);
        Data = folder.File("data");
        Database = new ServiceDatabase(Data);
        Programs = new ServicePrograms(Data);
    }

    public ServiceSettings Settings { get; }

    /// <summary>The service's data folder.</summary>
    public string Data { get; }

    public int Port { get; private set; }

    public ServiceHosts Hosts => new("akashi.localhost", Port);

    /// <summary>The processes of this service, for killing by id.</summary>
    public ServicePrograms Programs { get; }

    public ServiceDatabase Database { get; }

    /// <summary>Of the first tenant's administrator.</summary>
    public string ApiToken { get; private set; } = "";

    public string AuthorityPem => File.ReadAllText(Path.Combine(Data, "authority.pem"));

    public string ObjectsFolder => Path.Combine(Data, "objects");

    public string SegmentsFolder => Path.Combine(Data, "segments");

    /// <summary>Moves the clocks of server and agent, as they read them, away from the system's.</summary>
    public void MoveClocks(TimeSpan offset) => File.WriteAllText(ClockFile, offset.TotalSeconds.ToString(CultureInfo.InvariantCulture));

    /// <summary>A file beside the data folder, gone with it.</summary>
    public string Scratch(string name) => _folder.File(name);

    public static async Task<RunningService> StartAsync(ServiceSettings settings)
    {
        await EndOrphansAsync();
        var service = new RunningService(new TestFolder(), settings);
        try
        {
            settings.Prepare?.Invoke(service.Data);
            if (settings.ServerScript is { } script) service.WriteServerScript(script(service));
            await service.UpAsync();
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, at first or after <see cref="DownAsync"/>.</summary>
    public async Task UpAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            if (Port == 0) Port = LoopbackNames.FreePort();
            List<string> arguments = ["up", "--data", Data, "--port", Port.ToString(CultureInfo.InvariantCulture), "--server", Settings.ServerScript is null ? BuiltPrograms.Server : ServerScript, "--agent", BuiltPrograms.Agent, "--detach"];
            if (!Settings.WithAgent) arguments.Add("--no-agent");
            var up = await ProgramRun.OfAsync(BuiltPrograms.Supervisor, arguments, ProgramRun.DefaultPatience, new Dictionary<string, string> { [ShiftedClock.Variable] = ClockFile });
            if (up.Code == 0) break;
            if (attempt == PortAttempts || !up.Errors.Contains("is taken", StringComparison.Ordinal)) throw new InvalidOperationException($"The service does not start: {up.Errors}{up.Output}");
            Port = 0;
        }
        using var ready = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Data, "ready.json")));
        ApiToken = ready.RootElement.GetProperty("apiToken").GetString()!;
    }

    public Task<ProgramRun> DownAsync() => ProgramRun.OfAsync(BuiltPrograms.Supervisor, "down", "--data", Data);

    /// <summary>Runs <c>akashi-server verify</c> beside the running service.</summary>
    public Task<ProgramRun> VerifyAsync() => ProgramRun.OfAsync(BuiltPrograms.Server, "verify", "--data", Data);

    public Uri Address(ServiceHost host, string path = "/") => new(Hosts.OriginOf(host) + path);

    /// <summary>A client of one host; it trusts this service's authority alone, follows nothing and keeps no cookies.</summary>
    public HttpClient CreateClient(ServiceHost host, X509Certificate2? certificate = null)
    {
        var handler = ServiceClient.CreateHandler(AuthorityPem, IPAddress.Loopback);
        if (certificate is not null) handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        return new HttpClient(handler) { BaseAddress = Address(host), Timeout = TimeSpan.FromMinutes(5) };
    }

    /// <summary>The API as the first tenant's administrator.</summary>
    public ServiceApi CreateApi()
    {
        var client = CreateClient(ServiceHost.Api);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiToken);
        return new ServiceApi(client);
    }

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        _folder.Dispose();
    }

    private string ClockFile => _folder.File("clock-offset");

    private string ServerScript => _folder.File("server");

    private void WriteServerScript(string text)
    {
        File.WriteAllText(ServerScript, "#!/bin/sh\n" + text);
        File.SetUnixFileMode(ServerScript, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Services whose test process was killed before it could end them.</summary>
    private static async Task EndOrphansAsync()
    {
        foreach (var orphan in TestFolder.Orphans().ToList())
        {
            var data = Path.Combine(orphan, "data");
            if (!File.Exists(Path.Combine(data, "supervisor.json"))) continue;
            await ProgramRun.OfAsync(BuiltPrograms.Supervisor, "down", "--data", data);
            TestFolder.Remove(orphan);
        }
    }
}
