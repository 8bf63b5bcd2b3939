using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Akashi.Platform.Web;
using Akashi.TestKit.Service;

namespace Akashi.TestKit.Nodes;

/// <summary>One real akashi-server process, one of several on a database, a bucket and a key store. All listen on one port, each on an address of its own.</summary>
public sealed class TestNode(string program, string data, IPAddress address, ServiceHosts hosts) : IAsyncDisposable
{
    private const string PidFile = "server.pid";
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2), EndPatience = TimeSpan.FromSeconds(40);

    private readonly Lock _gate = new();
    private Process? _process;

    public IPAddress Address => address;

    public string Data => data;

    public string Program => program;

    public ServiceHosts Hosts => hosts;

    public int Pid => _process?.Id ?? throw new InvalidOperationException("The node was not started.");

    public bool IsRunning => _process is { HasExited: false };

    public string AuthorityPem => File.ReadAllText(Path.Combine(data, "authority.pem"));

    /// <summary>Everything the server wrote so far, for a test that failed and for those that look for what must not be there.</summary>
    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    private string LogFile => Path.Combine(data, "server.log");

    public void Configure(JsonObject settings)
    {
        Directory.CreateDirectory(data);
        settings["listen"] = new JsonArray(address.ToString());
        settings["port"] = hosts.Port;
        settings["baseDomain"] = hosts.BaseDomain;
        File.WriteAllText(Path.Combine(data, "config.json"), settings.ToJsonString());
        File.SetUnixFileMode(Path.Combine(data, "config.json"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Returns once the node says that it can serve requests.</summary>
    public async Task StartAsync()
    {
        _process?.Dispose();
        var start = new ProcessStartInfo(program, ["run", "--data", data]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        _process = Process.Start(start)!;
        await File.WriteAllTextAsync(Path.Combine(data, PidFile), _process.Id.ToString(CultureInfo.InvariantCulture));
        _process.OutputDataReceived += (_, line) => Write(line.Data);
        _process.ErrorDataReceived += (_, line) => Write(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.HoldsAsync(async () => _process.HasExited ? throw new InvalidOperationException($"The node ended with code {_process.ExitCode}:\n{Log}") : await IsReadyAsync(), $"the node on {address} is ready", StartPatience);
    }

    /// <summary>kill -9: nothing is finished or given back.</summary>
    public Task KillAsync() => EndAsync("KILL");

    /// <summary>As an administrator stops it: requests under way are finished.</summary>
    public Task StopAsync() => EndAsync("TERM");

    /// <summary>A client of this node, past the balancer.</summary>
    public HttpClient CreateClient(ServiceHost host, X509Certificate2? certificate = null) => NodeClients.Create(hosts, host, AuthorityPem, () => address, certificate);

    /// <summary>The API with a token of this node's <c>ready.json</c>.</summary>
    /// <param name="target">Where connections go; this node when null.</param>
    public HttpClient CreateApiClient(string token, IPAddress? target = null)
    {
        var client = NodeClients.Create(hosts, ServiceHost.Api, AuthorityPem, () => target ?? address);
        client.DefaultRequestHeaders.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", Ready(token));
        return client;
    }

    /// <summary>Runs <c>akashi-server verify</c> with this node's settings.</summary>
    public Task<ProgramRun> VerifyAsync() => ProgramRun.OfAsync(program, "verify", "--data", data);

    public async ValueTask DisposeAsync()
    {
        if (IsRunning) await KillAsync();
        _process?.Dispose();
    }

    /// <summary>Ends nodes below a folder whose test process was killed before it could.</summary>
    internal static void EndOrphans(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, PidFile, SearchOption.AllDirectories).ToList())
        {
            if (!int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var pid)) continue;
            var commandLine = $"/proc/{pid}/cmdline";
            if (File.Exists(commandLine) && File.ReadAllText(commandLine).Contains(folder, StringComparison.Ordinal)) ServicePrograms.Signal("KILL", pid);
        }
    }

    private string Ready(string name)
    {
        using var ready = JsonDocument.Parse(File.ReadAllText(Path.Combine(data, "ready.json")));
        return ready.RootElement.GetProperty(name).GetString() ?? throw new InvalidOperationException($"ready.json has no {name}.");
    }

    private async Task EndAsync(string signal)
    {
        ServicePrograms.Signal(signal, Pid);
        await _process!.WaitForExitAsync().WaitAsync(EndPatience);
    }

    private async Task<bool> IsReadyAsync()
    {
        if (!File.Exists(Path.Combine(data, "authority.pem"))) return false;
        try
        {
            using var client = CreateClient(ServiceHost.Api);
            using var answer = await client.GetAsync(new Uri("/readyz", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Write(string? line)
    {
        if (line is null) return;
        lock (_gate) File.AppendAllText(LogFile, line + "\n");
    }
}
