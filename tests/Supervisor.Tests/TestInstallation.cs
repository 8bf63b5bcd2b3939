using System.Diagnostics;
using System.Globalization;
using Akashi.Supervisor.Keep;
using Akashi.Supervisor.Processes;
using Akashi.TestKit;

namespace Akashi.Supervisor.Tests;

internal sealed record Answer(int Code, string Output);

/// <summary>The real supervisor program with the real PostgreSQL in a folder of its own; server and agent are fakes.</summary>
internal sealed class TestInstallation : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);
    private static readonly string Programs = AppContext.BaseDirectory;

    private readonly TestFolder _folder = new();

    public TestInstallation()
    {
        Data = new DataFolder(_folder.File("data"));
        Script("server", $"exec '{Path.Combine(Programs, "akashi-fake-server")}' \"$@\"");
        Script("agent", """mkdir -p "$3"; echo "{\"processId\":$$,\"sources\":{\"Process\":\"fake\"}}" > "$3/status.json"; exec sleep 1000000""");
    }

    public DataFolder Data { get; }

    public int Port { get; } = LoopbackNames.FreePort();

    public RunState State => RunState.Read(Data) ?? throw new InvalidOperationException("There is no supervisor.json.");

    public ProcessIdentity Pid(string program) => State.Find(program)?.Process ?? throw new InvalidOperationException($"{program} was not started.");

    public Task<Answer> UpAsync(params string[] more) =>
        RunAsync(["up", "--data", Data.Path, "--server", _folder.File("server"), "--agent", _folder.File("agent"), "--detach", .. more]);

    public Task<Answer> UpOnPortAsync() => UpAsync("--port", Port.ToString(CultureInfo.InvariantCulture));

    public Task<Answer> DownAsync() => RunAsync(["down", "--data", Data.Path]);

    public static void Kill(ProcessIdentity identity)
    {
        using var kill = Process.Start("kill", ["-9", identity.Pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits until the condition holds; fails the test after a long time.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience) Assert.Fail($"Waited {Patience.TotalSeconds} s in vain until {what}.");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        _folder.Dispose();
    }

    private void Script(string name, string body)
    {
        var path = _folder.File(name);
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static async Task<Answer> RunAsync(string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Programs, "akashi-supervisor"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment.Remove("LC_ALL");
        using var process = Process.Start(start)!;
        // Read to the end: hangs if what it leaves running still held our pipe.
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(limit.Token);
        return new Answer(process.ExitCode, await output.WaitAsync(Patience) + await errors.WaitAsync(Patience));
    }
}
