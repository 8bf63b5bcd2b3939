using Akashi.Supervisor.Processes;

namespace Akashi.Supervisor.Keep;

/// <summary>Keeps <c>supervisor.json</c> equal to what runs.</summary>
internal sealed class StateFile(DataFolder data, RunState first, RunLog log)
{
    private readonly Lock _lock = new();
    private RunState _state = first;

    public RunState Current
    {
        get { lock (_lock) return _state; }
    }

    public void SetReady(bool ready)
    {
        lock (_lock)
        {
            if (_state.Ready != ready) Save(_state with { Ready = ready });
        }
    }

    public void Started(string program, ProcessIdentity? process) =>
        Change(program, state => state with { Process = process, Starts = state.Starts + 1, Trouble = null });

    public void Ended(string program, string trouble, int failures) => Change(program, state => state with { Trouble = trouble, Failures = failures });

    private void Change(string program, Func<ProgramState, ProgramState> change)
    {
        lock (_lock)
        {
            var programs = new Dictionary<string, ProgramState>(_state.Programs, StringComparer.Ordinal)
            {
                [program] = change(_state.Find(program) ?? new ProgramState(null, 0, 0, null)),
            };
            Save(_state with { Programs = programs });
        }
    }

    private void Save(RunState state)
    {
        _state = state;
        try
        {
            state.Write(data);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk must not end the one who restarts the others when there is space again.
            log.Write("state-not-written", e.Message);
        }
    }
}
