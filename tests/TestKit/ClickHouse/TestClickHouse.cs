using System.Diagnostics;
using System.Net;
using Akashi.Platform.Hosting;
using Akashi.TestKit.Service;

namespace Akashi.TestKit.ClickHouse;

/// <summary>Debian's ClickHouse as a process of the test's own, on loopback, with its data in a folder of its own; never the system's service.</summary>
public sealed class TestClickHouse : IAsyncDisposable
{
    private const string Program = "/usr/sbin/clickhouse-server";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const string Users = """
        <yandex>
          <profiles><default><max_memory_usage>4000000000</max_memory_usage></default></profiles>
          <users><akashi><password>kept-secret</password><networks><ip>127.0.0.1</ip><ip>::1</ip></networks><profile>default</profile><quota>default</quota></akashi>
          <default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
          <quotas><default></default></quotas>
        </yandex>
        """;

    private readonly TestFolder _folder = new();
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromMinutes(2) };
    private Process? _process;

    public TestClickHouse()
    {
        (HttpPort, NativePort, ReplicaPort) = (LoopbackNames.FreePort(), LoopbackNames.FreePort(), LoopbackNames.FreePort());
    }

    public int HttpPort { get; }

    public int NativePort { get; }

    public int ReplicaPort { get; }

    public string Url => $"http://127.0.0.1:{HttpPort}";

    /// <summary>Null when it can run here; else the reason for skipping.</summary>
    public static string? WhySkipped => File.Exists(Program) ? null : "ClickHouse is missing (apt-get install -y --no-install-recommends clickhouse-server).";

    /// <summary>Settings of a server that keeps its traces here, in a database of its own.</summary>
    public ClickHouseOptions Options(string database) => new() { Urls = [Url], Database = database, User = "akashi", Password = "kept-secret" };

    /// <param name="more">XML of the configuration besides ports and folders: a cluster, macros, ZooKeeper.</param>
    public async Task StartAsync(string more = "")
    {
        foreach (var part in (string[])["data", "tmp"]) Directory.CreateDirectory(_folder.File(part));
        await File.WriteAllTextAsync(_folder.File("users.xml"), Users);
        await File.WriteAllTextAsync(_folder.File("config.xml"), $"""
            <yandex>
              <logger><level>warning</level><log>{_folder.File("server.log")}</log><errorlog>{_folder.File("error.log")}</errorlog></logger>
              <http_port>{HttpPort}</http_port><tcp_port>{NativePort}</tcp_port><interserver_http_port>{ReplicaPort}</interserver_http_port><interserver_http_host>127.0.0.1</interserver_http_host>
              <listen_host>127.0.0.1</listen_host><path>{_folder.File("data")}/</path><tmp_path>{_folder.File("tmp")}/</tmp_path><users_config>users.xml</users_config>
              <default_profile>default</default_profile><default_database>default</default_database><timezone>UTC</timezone><mark_cache_size>268435456</mark_cache_size>
              {more}
            </yandex>
            """);
        await StartAgainAsync();
    }

    public async Task StartAgainAsync()
    {
        _process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "cd \"$1\" && exec \"$2\" --config-file=\"$1/config.xml\" >>\"$1/output.log\" 2>&1", "sh", _folder.Path, Program]) { UseShellExecute = false })!;
        var started = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            if (_process.HasExited) throw new InvalidOperationException($"ClickHouse ended with code {_process.ExitCode}: {await File.ReadAllTextAsync(_folder.File("output.log"))}");
            if (Stopwatch.GetElapsedTime(started) > Patience) throw new TimeoutException("ClickHouse does not answer.");
            await Task.Delay(50);
        }
    }

    public async Task<string> QueryAsync(string sql)
    {
        using var content = new StringContent(sql);
        using var response = await _client.PostAsync(new Uri(Url), content);
        var text = await response.Content.ReadAsStringAsync();
        return response.StatusCode == HttpStatusCode.OK ? text.TrimEnd('\n') : throw new InvalidOperationException($"ClickHouse: {text}");
    }

    /// <summary>SIGTERM: it finishes what it does.</summary>
    public Task StopAsync() => EndAsync("TERM");

    public Task KillAsync() => EndAsync("KILL");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _client.Dispose();
        _folder.Dispose();
    }

    private async Task EndAsync(string signal)
    {
        if (_process is not { HasExited: false }) return;
        ServicePrograms.Signal(signal, _process.Id);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return await QueryAsync("SELECT 1") == "1";
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
