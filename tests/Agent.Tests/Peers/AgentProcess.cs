using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Akashi.Agent.Status;

namespace Akashi.Agent.Tests.Peers;

/// <summary>The real program as a process of its own, in a folder of its own.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private readonly ServicePeer _peer;
    private readonly StringBuilder _log = new();
    private Process? _process;

    public AgentProcess(ServicePeer peer, string? folder = null)
    {
        _peer = peer;
        Root = folder ?? Directory.CreateTempSubdirectory("akashi-agent-test-").FullName;
        Data = Path.Combine(Root, "agent");
    }

    public string Root { get; }

    public string Data { get; }

    public int Id => _process!.Id;

    public bool HasExited => _process!.HasExited;

    public int ExitCode => _process!.ExitCode;

    public string Log { get { lock (_log) return _log.ToString(); } }

    public void Start(string token = ServicePeer.Token)
    {
        var (tokenFile, authority) = (Path.Combine(Root, "token"), Path.Combine(Root, "authority.pem"));
        if (!File.Exists(Path.Combine(Data, "terminal.pem"))) File.WriteAllText(tokenFile, token);
        File.WriteAllText(authority, _peer.Authority.Pem);
        // A published agent can be measured and tested in place of the one that was just built.
        var published = Environment.GetEnvironmentVariable("AKASHI_AGENT");
        var start = new ProcessStartInfo(published ?? Path.Combine(AppContext.BaseDirectory, "akashi-agent"))
        {
            ArgumentList = { "run", "--data", Data, "--service", _peer.Address.ToString(), "--token-file", tokenFile, "--authority", authority },
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_log) _log.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
    }

    public AgentStatus? Status()
    {
        var file = Path.Combine(Data, "status.json");
        return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), AgentJson.Default.AgentStatus) : null;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) await KillAsync();
        _process?.Dispose();
        if (Directory.Exists(Root)) Directory.Delete(Root, recursive: true);
    }
}
