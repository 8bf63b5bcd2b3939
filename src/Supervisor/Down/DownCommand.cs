using Akashi.Supervisor.Keep;
using Akashi.Supervisor.Processes;

namespace Akashi.Supervisor.Down;

/// <summary><c>down</c>: stops the supervisor and with it everything it keeps; without a supervisor, what one left behind.</summary>
internal sealed class DownCommand(DataFolder data, TimeProvider clock, TextWriter output, TextWriter errors)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task<int> RunAsync()
    {
        if (!Directory.Exists(data.Path) || !File.Exists(data.StateFile) && !InstanceLock.IsHeld(data)) return NothingRuns();
        if (!InstanceLock.IsHeld(data))
        {
            var count = await Orphans.EndAsync(data, withDatabase: true, new RunLog(clock, TextWriter.Null));
            if (count == 0) return NothingRuns();
            output.WriteLine(Words.Say($"Stopped {count} processes that a killed supervisor had left.", $"監視プロセスが残した {count} 個のプロセスを停止しました。"));
            return ExitCodes.Success;
        }
        if (await FindSupervisorAsync() is not { } supervisor)
        {
            errors.WriteLine(Words.Say($"A supervisor holds '{data.LockFile}', but '{data.StateFile}' does not say which process it is.", $"'{data.LockFile}' は使用中ですが、'{data.StateFile}' にプロセス番号がありません。"));
            return ExitCodes.Failure;
        }
        Signals.AskToStop(supervisor);
        if (!await Signals.HasEndedAsync(supervisor, Patience))
        {
            errors.WriteLine(Words.Say($"It has not stopped after {Patience.TotalSeconds} s; see {data.LogFile("supervisor")}.", $"{Patience.TotalSeconds} 秒待っても停止しません。{data.LogFile("supervisor")} を確認してください。"));
            return ExitCodes.Failure;
        }
        output.WriteLine(Words.Say($"Stopped. The data stays in {data.Path}.", $"停止しました。データは {data.Path} に残っています。"));
        return ExitCodes.Success;
    }

    /// <summary>A supervisor that has only just begun writes its id in a moment.</summary>
    private async Task<ProcessIdentity?> FindSupervisorAsync()
    {
        const int attempts = 50;
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            if (RunState.Read(data)?.Supervisor is { IsAlive: true } supervisor) return supervisor;
            await Task.Delay(TimeSpan.FromMilliseconds(100), clock);
        }
        return null;
    }

    private int NothingRuns()
    {
        output.WriteLine(Words.Say($"Nothing runs with {data.Path}.", $"{data.Path} では何も動いていません。"));
        return ExitCodes.Success;
    }
}
