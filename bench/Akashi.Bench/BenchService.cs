using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Akashi.Bench;

/// <summary>A whole service in a folder of its own, started and ended as <c>./akashi up</c> does it.</summary>
internal sealed class BenchService : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);

    private readonly string _supervisor = Program("Supervisor", "akashi-supervisor");

    private bool _isOwn;
    private bool _withAgent;

    private BenchService(string folder, int port) => (Folder, Port) = (folder, port);

    public string Folder { get; }

    public int Port { get; }

    public string Token { get; private set; } = "";

    public X509Certificate2 Authority { get; private set; } = null!;

    public int ServerProcess => ProcessOf("server");

    public int DatabaseProcess => ProcessOf("postgresql");

    public int AgentProcess => ProcessOf("agent");

    public static async Task<BenchService> StartAsync(bool withAgent)
    {
        var folder = Directory.CreateTempSubdirectory("akashi-bench-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        var service = new BenchService(Path.Combine(folder, "data"), FreePort()) { _isOwn = true };
        service._withAgent = withAgent;
        await service.UpAsync();
        return await service.ReadAsync();
    }

    /// <summary>Ends all processes and starts them again on the same data.</summary>
    public async Task RestartAsync()
    {
        await RunAsync(["down", "--data", Folder]);
        await UpAsync();
    }

    /// <summary>A service that another process started, and ends.</summary>
    public static Task<BenchService> AttachAsync(string folder, int port) => new BenchService(folder, port).ReadAsync();

    public Uri Address(string host, string path) => new($"https://{host}.akashi.localhost:{Port}{path}");

    public HttpClient CreateClient(X509Certificate2? certificate = null)
    {
        var options = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true },
        };
        options.CertificateChainPolicy.CustomTrustStore.Add(Authority);
        if (certificate is not null) options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        return new HttpClient(new SocketsHttpHandler { SslOptions = options, ConnectCallback = ConnectAsync, UseProxy = false }) { Timeout = TimeSpan.FromMinutes(5) };
    }

    public async Task<long> CountAsync(string query)
    {
        using var client = CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, Address("api", "/api/v1/traces/count?q=" + Uri.EscapeDataString(query)));
        request.Headers.Authorization = new("Bearer", Token);
        using var response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return answer.RootElement.GetProperty("count").GetInt64();
    }

    /// <summary>The server's last complaints, for messages: the folder goes with the service.</summary>
    public string LastErrors() => string.Join('\n', File.ReadLines(Path.Combine(Folder, "log", "server.log")).Where(line => line.Contains("\"level\":\"Error\"", StringComparison.Ordinal)).TakeLast(3));

    public async ValueTask DisposeAsync()
    {
        Authority?.Dispose();
        if (!_isOwn) return;
        await RunAsync(["down", "--data", Folder]);
        Directory.Delete(Path.GetDirectoryName(Folder)!, recursive: true);
    }

    private Task UpAsync()
    {
        string[] arguments = ["up", "--data", Folder, "--port", $"{Port}", "--server", Program("Host", "akashi-server"), "--agent", Path.Combine(Root, "artifacts", "agent", "akashi-agent"), "--detach"];
        return RunAsync(_withAgent ? arguments : [.. arguments, "--no-agent"]);
    }

    private async Task<BenchService> ReadAsync()
    {
        using var ready = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Folder, "ready.json")));
        Token = ready.RootElement.GetProperty("apiToken").GetString()!;
        Authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Folder, "authority.pem"));
        return this;
    }

    private async Task RunAsync(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(_supervisor, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        using var limit = new CancellationTokenSource(StartPatience);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        if (process.ExitCode != 0) throw new InvalidOperationException($"'{_supervisor} {arguments[0]}' ended with code {process.ExitCode}: {output}");
    }

    private int ProcessOf(string name)
    {
        using var state = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "supervisor.json")));
        return state.RootElement.GetProperty("programs").GetProperty(name).GetProperty("process").GetProperty("pid").GetInt32();
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The project's folder: this program lies in bench/Akashi.Bench/bin/CONFIGURATION/net10.0.</summary>
    private static string Root => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", ".."));

    private static string Program(string project, string program) =>
        Path.Combine(Root, "src", project, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", program);
}
