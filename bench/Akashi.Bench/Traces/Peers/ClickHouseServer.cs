using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Akashi.Bench.Traces.Peers;

/// <summary>Debian's ClickHouse as a process of our own, on loopback, with its data below one folder; never the system's service.</summary>
internal sealed class ClickHouseServer(ClickHouseForm form, string folder) : IAsyncDisposable
{
    private const string Program = "/usr/sbin/clickhouse-server";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromMinutes(30) };
    private readonly int _port = FreePort();
    private Process? _process;

    public int Process => _process!.Id;

    public static bool IsInstalled => File.Exists(Program);

    public async Task StartAsync()
    {
        foreach (var part in (string[])["data", "tmp"]) Directory.CreateDirectory(Path.Combine(folder, part));
        await File.WriteAllTextAsync(Path.Combine(folder, "config.xml"), form.Configuration(folder, _port, FreePort()));
        await File.WriteAllTextAsync(Path.Combine(folder, "users.xml"), ClickHouseForm.Users);
        _process = System.Diagnostics.Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "cd \"$1\" && exec \"$2\" --config-file=\"$1/config.xml\" >\"$1/output.log\" 2>&1", "sh", folder, Program]) { UseShellExecute = false })!;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_process.HasExited) throw new InvalidOperationException($"ClickHouse ended with code {_process.ExitCode}: {await File.ReadAllTextAsync(Path.Combine(folder, "output.log"))}");
            try
            {
                await QueryAsync("SELECT 1");
                return;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(50);
            }
        }
    }

    public Task<string> QueryAsync(string sql) => PostAsync("", new StringContent(sql));

    /// <param name="rows">Tab-separated.</param>
    public async Task InsertAsync(string columns, Stream rows) => await PostAsync("?query=" + Uri.EscapeDataString($"INSERT INTO traces ({columns}) FORMAT TabSeparated"), new StreamContent(rows, 1 << 20));

    /// <summary>SIGTERM: it finishes what it does.</summary>
    public async Task StopAsync()
    {
        if (_process is not { HasExited: false }) return;
        using var kill = System.Diagnostics.Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _client.Dispose();
    }

    private async Task<string> PostAsync(string parameters, HttpContent content)
    {
        using (content)
        {
            using var response = await _client.PostAsync(new Uri($"http://127.0.0.1:{_port}/{parameters}"), content);
            var text = await response.Content.ReadAsStringAsync();
            return response.StatusCode == HttpStatusCode.OK ? text : throw new InvalidOperationException($"ClickHouse: {text}");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
