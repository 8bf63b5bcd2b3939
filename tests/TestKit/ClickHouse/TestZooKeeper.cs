using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Akashi.TestKit.Service;

namespace Akashi.TestKit.ClickHouse;

/// <summary>Debian's ZooKeeper as a process of the test's own, on loopback; installed when root asks and it is missing.</summary>
public sealed class TestZooKeeper : IAsyncDisposable
{
    private const string Jar = "/usr/share/java/zookeeper.jar";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestFolder _folder;
    private readonly Process _process;

    private TestZooKeeper(TestFolder folder, Process process, int port) => (_folder, _process, Port) = (folder, process, port);

    public int Port { get; }

    /// <summary>Null when it can run here; else the reason for skipping.</summary>
    public static string? WhySkipped => File.Exists(Jar) || Environment.IsPrivilegedProcess ? null : "ZooKeeper is missing (apt-get install -y --no-install-recommends zookeeper).";

    public static async Task<TestZooKeeper> StartAsync()
    {
        if (!File.Exists(Jar)) await ProgramRun.OutputOfAsync("/bin/sh", "-c", "export DEBIAN_FRONTEND=noninteractive; apt-get install -y -qq --no-install-recommends zookeeper || { apt-get update -qq && apt-get install -y -qq --no-install-recommends zookeeper; }");
        var folder = new TestFolder();
        var port = LoopbackNames.FreePort();
        await File.WriteAllTextAsync(folder.File("zoo.cfg"), string.Create(CultureInfo.InvariantCulture, $"tickTime=500\ndataDir={folder.File("data")}\nclientPort={port}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\nmaxClientCnxns=0\n"));
        var start = new ProcessStartInfo("/usr/bin/java", ["-Xmx256m", "-cp", "/usr/share/java/*:/etc/zookeeper/conf_example", "org.apache.zookeeper.server.quorum.QuorumPeerMain", folder.File("zoo.cfg")]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var zooKeeper = new TestZooKeeper(folder, process, port);
        try
        {
            await TestWait.UntilAsync(async () => process.HasExited ? throw new InvalidOperationException($"ZooKeeper ended with code {process.ExitCode}.") : await IsListeningAsync(port), Patience, "ZooKeeper to listen");
            return zooKeeper;
        }
        catch
        {
            await zooKeeper.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) ServicePrograms.Signal("KILL", _process.Id);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private static async Task<bool> IsListeningAsync(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
