using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Akashi.TestKit.Service;

/// <summary>The processes that a supervisor keeps, read from its <c>supervisor.json</c>; always named by id, never by program name.</summary>
public sealed class ServicePrograms(string data)
{
    public const string PostgreSql = "postgresql";
    public const string Server = "server";
    public const string Agent = "agent";

    /// <summary>0 while the supervisor has not started it or its state is being replaced.</summary>
    public int Pid(string program) => Read(program) is { } state && state.TryGetProperty("process", out var process) && process.ValueKind == JsonValueKind.Object ? process.GetProperty("pid").GetInt32() : 0;

    public int Starts(string program) => Read(program) is { } state ? state.GetProperty("starts").GetInt32() : 0;

    /// <summary>The one who brings the others back.</summary>
    public int SupervisorPid
    {
        get
        {
            using var state = ReadState();
            return state?.RootElement.GetProperty("supervisor").GetProperty("pid").GetInt32() ?? 0;
        }
    }

    public bool Ready
    {
        get
        {
            using var state = ReadState();
            return state?.RootElement.GetProperty("ready").GetBoolean() ?? false;
        }
    }

    public static bool IsAlive(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>PostgreSQL's postmaster or any other process with its direct children.</summary>
    public static IReadOnlyList<int> WithChildren(int pid)
    {
        var children = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{pid}/children");
        return File.Exists(children)
            ? [pid, .. File.ReadAllText(children).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => int.Parse(text, CultureInfo.InvariantCulture))]
            : [pid];
    }

    /// <param name="signal">As kill(1) names it, for example KILL or STOP.</param>
    public static void Signal(string signal, params IEnumerable<int> pids)
    {
        foreach (var pid in pids)
        {
            if (pid <= 1) throw new ArgumentOutOfRangeException(nameof(pids), pid, "That is no process of a test.");
            using var kill = Process.Start(new ProcessStartInfo("kill", ["-" + signal, pid.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true, UseShellExecute = false })!;
            kill.WaitForExit();
        }
    }

    public Task RunsAgainAsync(string program, int killed) =>
        Eventually.HoldsAsync(() => Pid(program) is var pid && pid != 0 && pid != killed && IsAlive(pid) && Ready, $"{program} runs again and the service is ready");

    private JsonElement? Read(string program)
    {
        using var state = ReadState();
        return state is not null && state.RootElement.GetProperty("programs").TryGetProperty(program, out var found) ? found.Clone() : null;
    }

    private JsonDocument? ReadState()
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllText(Path.Combine(data, "supervisor.json")));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }
}
