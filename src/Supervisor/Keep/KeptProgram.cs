using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Akashi.Supervisor.Processes;
using Npgsql;

namespace Akashi.Supervisor.Keep;

/// <summary>Starts one program, waits for its end, and starts it again.</summary>
/// <param name="start">Starts it, or takes over one that already runs.</param>
internal sealed class KeptProgram(string name, Func<Task<Process>> start, StateFile state, RunLog log, TimeProvider clock)
{
    private readonly TaskCompletionSource _startedOnce = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the program runs for the first time.</summary>
    public Task StartedOnce => _startedOnce.Task;

    /// <summary>The process that runs now; still set after <see cref="RunAsync"/>, for the one who ends it.</summary>
    public Process? Running { get; private set; }

    /// <summary>Returns when <paramref name="stopping"/> is signalled; the process then still runs.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var backOff = new BackOff();
        while (!stopping.IsCancellationRequested)
        {
            var began = clock.GetTimestamp();
            var trouble = await RunOnceAsync(stopping);
            if (trouble is null) return;
            var wait = backOff.After(clock.GetElapsedTime(began));
            state.Ended(name, trouble, backOff.ShortLives);
            log.Write("ended", $"{trouble} Next start in {wait.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s.", name);
            await Task.Delay(wait, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Why it ended; null when it was left running because of a stop.</returns>
    private async Task<string?> RunOnceAsync(CancellationToken stopping)
    {
        try
        {
            var process = await start();
            Running = process;
            state.Started(name, ProcessIdentity.Of(process.Id));
            log.Write("started", "Runs.", name, process.Id);
            _startedOnce.TrySetResult();
            await process.WaitForExitAsync(stopping);
            Running = null;
            var why = Describe(process);
            process.Dispose();
            return why;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException or Win32Exception or NpgsqlException or TimeoutException or ArgumentException)
        {
            return $"It does not start: {e.Message}";
        }
    }

    private static string Describe(Process process)
    {
        try
        {
            const int killedBySignal = 128;
            return process.ExitCode > killedBySignal
                ? $"It was ended by signal {process.ExitCode - killedBySignal}."
                : $"It ended with code {process.ExitCode}.";
        }
        catch (InvalidOperationException)
        {
            return "It ended."; // the exit code of a process that was taken over is not ours to read
        }
    }
}
