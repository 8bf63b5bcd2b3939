using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Akashi.Supervisor;
using Akashi.Supervisor.Down;
using Akashi.Supervisor.Keep;
using Akashi.Supervisor.Processes;
using Akashi.Supervisor.Up;

// akashi-supervisor up | run | down: starts PostgreSQL, server and agent of one data folder and keeps them running.
var data = new Option<string>("--data") { Description = "Folder of everything that must survive.", Required = true };
var port = new Option<int?>("--port")
{
    Description = "Port of all hosts; 8443 at first, later as before.",
    CustomParser = parsed =>
    {
        var text = parsed.Tokens.Count == 1 ? parsed.Tokens[0].Value : "";
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        parsed.AddError(Words.Say($"--port '{text}' is no number. Use for example --port 8443.", $"--port '{text}' は数字ではありません。--port 8443 のように指定してください。"));
        return null;
    },
};
var noAgent = new Option<bool>("--no-agent") { Description = "Do not record this machine." };
var server = new Option<string>("--server") { Description = "Path of akashi-server.", Required = true };
var agent = new Option<string>("--agent") { Description = "Path of akashi-agent.", Required = true };
var detach = new Option<bool>("--detach") { Description = "Return when the service is ready." };
var clock = TimeProvider.System;

var up = new Command("up", "Start, and say where the service is.") { data, port, noAgent, server, agent, detach };
up.SetAction((parsed, cancellation) => GuardAsync(SettingsOf(parsed),
    settings => new UpCommand(settings, parsed.GetValue(detach), clock, Console.Out, Console.Error).RunAsync(cancellation)));

var run = new Command("run", "Be the supervisor, in the foreground.") { data, port, noAgent, server, agent };
run.SetAction((parsed, _) => GuardAsync(SettingsOf(parsed), RunAsync));

var down = new Command("down", "Stop.") { data };
down.SetAction((parsed, _) => new DownCommand(FolderOf(parsed), clock, Console.Out, Console.Error).RunAsync());

var root = new RootCommand("Keeps the programs of one data folder running.") { up, run, down };
var result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
var code = await result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false }, StopSignal.On(PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP));
return result.Errors.Count > 0 ? ExitCodes.BadUsage : code;

DataFolder FolderOf(ParseResult parsed) => new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(parsed.GetRequiredValue(data))));

SupervisorSettings SettingsOf(ParseResult parsed) =>
    new(FolderOf(parsed), parsed.GetValue(port), !parsed.GetValue(noAgent), parsed.GetRequiredValue(server), parsed.GetRequiredValue(agent));

async Task<int> RunAsync(SupervisorSettings settings)
{
    settings.Data.Create();
    var log = new RunLog(clock, Console.Out);
    using var instance = await TakeLockAsync(settings.Data);
    if (instance is null) throw new InvalidOperationException($"Another supervisor already runs with '{settings.Data.Path}'.");
    await Supervision.RunAsync(settings, log, clock, StopSignal.On(PosixSignal.SIGINT, PosixSignal.SIGTERM));
    return ExitCodes.Success;
}

// Somebody who only asks whether a supervisor runs holds the lock for a moment.
async Task<InstanceLock?> TakeLockAsync(DataFolder folder)
{
    for (var attempt = 0; attempt < 10; attempt++)
    {
        if (InstanceLock.TryTake(folder) is { } taken) return taken;
        await Task.Delay(TimeSpan.FromMilliseconds(50), clock);
    }
    return null;
}

static async Task<int> GuardAsync(SupervisorSettings settings, Func<SupervisorSettings, Task<int>> action)
{
    if (settings.Validate() is { Count: > 0 } faults)
    {
        Console.Error.WriteLine(string.Join(Environment.NewLine, faults));
        return ExitCodes.BadUsage;
    }
    try
    {
        return await action(settings);
    }
    catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(e.Message);
        return ExitCodes.Failure;
    }
}
