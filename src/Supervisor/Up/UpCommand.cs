using System.Diagnostics;
using Akashi.Supervisor.Keep;
using Akashi.Supervisor.Processes;

namespace Akashi.Supervisor.Up;

/// <summary>
/// <c>up</c>: leaves a supervisor running and says where the service is. The supervisor is a process of its own in both cases;
/// without <c>--detach</c> this one stays, and Ctrl-C stops it.
/// </summary>
internal sealed class UpCommand(SupervisorSettings settings, bool detach, TimeProvider clock, TextWriter output, TextWriter errors)
{
    private const int AttemptsBeforeGivingUp = 3;
    private const int ShownLogLines = 15;
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private DataFolder Data => settings.Data;

    public async Task<int> RunAsync(CancellationToken stopping)
    {
        Data.Create();
        if (InstanceLock.IsHeld(Data)) return await JoinAsync(stopping);

        var config = ServiceConfig.Read(Data).With(settings.Port);
        if (config.Validate() is { Count: > 0 } faults) return Refuse(string.Join(Environment.NewLine, faults));
        // A server that outlived its supervisor holds the port rightly; the new supervisor replaces it.
        var ours = RunState.Read(Data)?.Find(Programs.Server)?.Process is { IsAlive: true };
        if (!ours && PortCheck.Refusal(config.Listen, config.Port) is { } refusal) return Refuse(refusal);

        using var supervisor = StartSupervisor();
        if (await WaitUntilReadyAsync(supervisor, stopping) is { } code) return code;
        await Announcement.WriteAsync(Data, settings.WithAgent, clock, output);
        return detach ? ExitCodes.Success : await AttendAsync(supervisor, stopping);
    }

    /// <summary>A supervisor runs already: waits for it to be ready and says the addresses again.</summary>
    private async Task<int> JoinAsync(CancellationToken stopping)
    {
        var began = clock.GetTimestamp();
        while (clock.GetElapsedTime(began) < StartPatience && InstanceLock.IsHeld(Data))
        {
            if (RunState.Read(Data) is { Supervisor.IsAlive: true } state)
            {
                if (settings.Port is { } wanted && wanted != state.Port)
                    return Refuse(Words.Say($"Akashi already runs on port {state.Port} with this data. Stop it first: ./akashi down", $"このデータの Akashi は既にポート {state.Port} で動いています。先に ./akashi down で止めてください。"));
                if (state.Ready)
                {
                    await Announcement.WriteAsync(Data, state.WithAgent, clock, output);
                    return ExitCodes.Success;
                }
            }
            await Task.Delay(Poll, clock, stopping);
        }
        return Fail(Programs.Server, Words.Say("Akashi runs, but does not become ready.", "Akashi は動いていますが、準備が完了しません。"));
    }

    private Process StartSupervisor()
    {
        List<string> arguments = ["run", "--data", Data.Path, "--server", settings.ServerProgram, "--agent", settings.AgentProgram];
        if (settings.Port is { } port) arguments.AddRange(["--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        if (!settings.WithAgent) arguments.Add("--no-agent");
        return Launcher.Start(Environment.ProcessPath!, arguments, Data.LogFile("supervisor"), ownSession: true);
    }

    /// <returns>Null when ready; otherwise the exit code, after everything was stopped again.</returns>
    private async Task<int?> WaitUntilReadyAsync(Process supervisor, CancellationToken stopping)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            var state = RunState.Read(Data);
            if (state?.Supervisor.Pid == supervisor.Id)
            {
                if (state.Ready) return null;
                var failing = state.Programs.FirstOrDefault(program => program.Value.Failures >= AttemptsBeforeGivingUp);
                if (failing.Key is { } name || clock.GetElapsedTime(began) > StartPatience && (name = Programs.Server) is not null)
                {
                    var trouble = state.Find(name)?.Trouble ?? "";
                    await StopAsync(supervisor);
                    return Fail(name, Words.Say($"The program {name} does not start. {trouble}", $"{name} を起動できません。{trouble}"));
                }
            }
            if (supervisor.HasExited) return Fail("supervisor", Words.Say("The supervisor ended.", "監視プロセスが終了しました。"));
            if (stopping.IsCancellationRequested)
            {
                await StopAsync(supervisor);
                return ExitCodes.Interrupted;
            }
            await Task.Delay(Poll, clock, CancellationToken.None);
        }
    }

    private async Task<int> AttendAsync(Process supervisor, CancellationToken stopping)
    {
        output.WriteLine();
        output.WriteLine(Words.Say("Ctrl-C stops it.", "Ctrl-C で停止します。"));
        await supervisor.WaitForExitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stopping.IsCancellationRequested)
        {
            output.WriteLine(Words.Say("Akashi was stopped from elsewhere.", "Akashi は別の操作で停止しました。"));
            return ExitCodes.Success;
        }
        output.WriteLine(Words.Say("Stopping…", "停止しています…"));
        await StopAsync(supervisor);
        output.WriteLine(Words.Say("Stopped.", "停止しました。"));
        return ExitCodes.Success;
    }

    private static async Task StopAsync(Process supervisor)
    {
        if (ProcessIdentity.Of(supervisor.Id) is not { } identity) return;
        Signals.AskToStop(identity);
        await Signals.HasEndedAsync(identity, StopPatience);
    }

    private int Refuse(string message)
    {
        errors.WriteLine(message);
        return ExitCodes.Failure;
    }

    private int Fail(string program, string message)
    {
        errors.WriteLine(message);
        var file = program == Programs.PostgreSql ? Path.Combine(Data.PostgreSqlFolder, "postgresql.log") : Data.LogFile(program);
        if (File.Exists(file))
        {
            errors.WriteLine(Words.Say($"The end of {file}:", $"{file} の末尾:"));
            foreach (var line in File.ReadLines(file).TakeLast(ShownLogLines)) errors.WriteLine("  " + line);
        }
        return ExitCodes.Failure;
    }
}
