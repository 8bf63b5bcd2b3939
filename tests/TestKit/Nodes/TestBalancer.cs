using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Akashi.TestKit.Service;

namespace Akashi.TestKit.Nodes;

/// <summary>A real HAProxy in front of two nodes, with the very configuration that the runbook gives; only names and addresses are replaced.</summary>
public sealed class TestBalancer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/haproxy";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly TestFolder _folder;

    private TestBalancer(Process process, TestFolder folder) => (_process, _folder) = (process, folder);

    /// <summary>Null when it can run here; else the reason for skipping.</summary>
    public static string? WhySkipped => File.Exists(Program) ? null : "Skipped: HAProxy is missing (apt-get install -y haproxy).";

    /// <param name="listen">Where clients connect; the port is the nodes'.</param>
    /// <param name="source">From where the nodes see the balancer connect.</param>
    public static async Task<TestBalancer> StartAsync(IPAddress listen, IPAddress source, TestNode first, TestNode second)
    {
        var folder = new TestFolder();
        var text = await File.ReadAllTextAsync(Path.Combine(BuiltPrograms.Repository, "docs", "runbooks", "two-nodes.haproxy.cfg"));
        var port = first.Hosts.Port.ToString(CultureInfo.InvariantCulture);
        foreach (var (placeholder, value) in new[]
        {
            ("maxconn 20000", "maxconn 1000"), ("bind :443", $"bind {listen}:{port}"), ("source 10.0.0.1\n", $"source {source}\n"), ("10.0.0.11:443", $"{first.Address}:{port}"), ("10.0.0.12:443", $"{second.Address}:{port}"),
            ("example.jp", first.Hosts.BaseDomain), ("/etc/haproxy/akashi-authority.pem", Path.Combine(first.Data, "authority.pem")), ("/run/haproxy/admin.sock", folder.File("admin.sock")),
        })
        {
            if (!text.Contains(placeholder, StringComparison.Ordinal)) throw new InvalidOperationException($"The runbook's configuration has no '{placeholder}'.");
            text = text.Replace(placeholder, value, StringComparison.Ordinal);
        }
        var configuration = folder.File("haproxy.cfg");
        await File.WriteAllTextAsync(configuration, text);
        var process = Process.Start(new ProcessStartInfo(Program, ["-db", "-f", configuration]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var said = new StringBuilder();
        process.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
        process.OutputDataReceived += (_, line) => said.AppendLine(line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var balancer = new TestBalancer(process, folder);
        try
        {
            await Eventually.HoldsAsync(async () => process.HasExited || await balancer.UpAsync() == 2, "the balancer finds both nodes up", Patience);
            return process.HasExited ? throw new InvalidOperationException($"It ended with code {process.ExitCode}.") : balancer;
        }
        catch (Exception e)
        {
            await balancer.DisposeAsync();
            throw new InvalidOperationException($"HAProxy does not work: {e.Message} {said}", e);
        }
    }

    /// <summary>How many nodes the balancer sends to.</summary>
    public async Task<int> UpAsync() => (await StatisticsAsync()).Values.Count(server => server.Status == "UP");

    /// <summary>Connections that each node has been given so far, by the name in the configuration.</summary>
    public async Task<long> SessionsAsync(string server) => (await StatisticsAsync())[server].Sessions;

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) ServicePrograms.Signal("KILL", _process.Id);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private async Task<IReadOnlyDictionary<string, (string Status, long Sessions)>> StatisticsAsync()
    {
        var servers = new Dictionary<string, (string, long)>(StringComparer.Ordinal);
        if (!File.Exists(_folder.File("admin.sock"))) return servers;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_folder.File("admin.sock")));
        }
        catch (SocketException)
        {
            return servers; // not listening yet
        }
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("show stat\n"u8.ToArray());
        using var reader = new StreamReader(stream);
        var table = (await reader.ReadToEndAsync()).Split('\n');
        var columns = table[0].TrimStart('#', ' ').Split(',').ToList();
        foreach (var cells in table.Skip(1).Select(line => line.Split(',')).Where(cells => cells.Length >= columns.Count - 1 && cells[0] == "nodes" && cells[1] != "BACKEND"))
            servers[cells[1]] = (cells[columns.IndexOf("status")].Split(' ')[0], long.Parse(cells[columns.IndexOf("stot")], CultureInfo.InvariantCulture));
        return servers;
    }
}
