using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Quotas;

/// <summary>
/// So many may work at once; the others wait, each tenant in a line of its own, and the lines take turns. However many one tenant sends, another
/// one waits for at most one of each tenant's before it. Lines are bounded: what does not fit is asked to come back. Long work takes a turn
/// for each of its steps (<see cref="StepAsync"/>).
/// </summary>
/// <param name="places">How many may be inside at once.</param>
/// <param name="perTenant">How many of them one tenant may hold. Fewer than <paramref name="places"/> where work is long: then some are free when others come.</param>
/// <param name="waitingPerTenant">Longest line of one tenant.</param>
/// <param name="waiting">All lines together.</param>
public sealed class FairQueue(int places, int perTenant, int waitingPerTenant, int waiting)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, Line> _lines = [];

    /// <summary>Lines in which somebody waits; the next turn is the first one's that may take a place.</summary>
    private readonly LinkedList<Line> _turns = [];

    private int _taken;
    private int _waiting;

    /// <summary>How many wait now, steps left out.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <param name="atOnce">How many places the tenant may hold, if fewer than the queue's own limit.</param>
    /// <returns>A place, to be disposed of; or why the caller must come back later.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up waiting.</exception>
    public async Task<Outcome<FairPlace>> EnterAsync(TenantId tenant, int atOnce, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_gate)
        {
            if (!_lines.TryGetValue(tenant, out var line)) _lines[tenant] = line = new Line(tenant);
            line.AtOnce = Math.Clamp(atOnce, 1, perTenant);
            // Somebody who could take a free place does not wait, so nobody is overtaken here.
            if (_taken < places && line.Held < line.AtOnce && !line.IsWaiting) return Take(line);
            if (line.Waiters.Count >= waitingPerTenant) return new TooManyWaiting(waitingPerTenant);
            if (_waiting >= waiting)
            {
                ForgetIfIdle(line);
                return new ServiceBusy();
            }
            waiter = Queue(line, line.Waiters);
            _waiting++;
        }
        return await TurnAsync(waiter, cancellation);
    }

    /// <summary>
    /// A place for one step of work that is under way already and was bounded elsewhere: it is never refused. Steps and those who enter alternate
    /// in the tenant's line, so that neither holds up the other.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller gave up waiting.</exception>
    public Task<FairPlace> StepAsync(TenantId tenant, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_gate)
        {
            if (!_lines.TryGetValue(tenant, out var line)) _lines[tenant] = line = new Line(tenant) { AtOnce = perTenant };
            if (_taken < places && line.Held < line.AtOnce && !line.IsWaiting) return Task.FromResult(Take(line));
            waiter = Queue(line, line.Steps);
        }
        return TurnAsync(waiter, cancellation);
    }

    private Waiter Queue(Line line, LinkedList<Waiter> among)
    {
        var waiter = new Waiter(line);
        among.AddLast(waiter.Node);
        if (line.Turn.List is null) _turns.AddLast(line.Turn);
        return waiter;
    }

    private async Task<FairPlace> TurnAsync(Waiter waiter, CancellationToken cancellation)
    {
        await using var giveUp = cancellation.UnsafeRegister(_ => GiveUp(waiter, cancellation), null);
        return await waiter.Turn.Task;
    }

    internal void Leave(Line line)
    {
        lock (_gate)
        {
            _taken--;
            line.Held--;
            HandOut();
            ForgetIfIdle(line);
        }
    }

    private void HandOut()
    {
        var turn = _turns.First;
        while (turn is not null && _taken < places)
        {
            var line = turn.Value;
            if (line.Held >= line.AtOnce)
            {
                turn = turn.Next; // keeps its turn until one of its own leaves
                continue;
            }
            var waiter = line.Next();
            Remove(waiter);
            if (line.Turn.List is not null)
            {
                _turns.Remove(line.Turn);
                _turns.AddLast(line.Turn); // its next one has the last turn
            }
            waiter.Turn.SetResult(Take(line));
            turn = _turns.First;
        }
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (waiter.Node.List is null) return; // its turn came first
            Remove(waiter);
            ForgetIfIdle(waiter.Line);
        }
        waiter.Turn.SetCanceled(cancellation);
    }

    private void Remove(Waiter waiter)
    {
        var line = waiter.Line;
        if (waiter.Node.List == line.Waiters) _waiting--;
        waiter.Node.List!.Remove(waiter.Node);
        if (!line.IsWaiting) _turns.Remove(line.Turn);
    }

    private FairPlace Take(Line line)
    {
        _taken++;
        line.Held++;
        return new FairPlace(this, line);
    }

    private void ForgetIfIdle(Line line)
    {
        if (line.Held == 0 && !line.IsWaiting) _lines.Remove(line.Tenant);
    }

    internal sealed class Line
    {
        private bool _stepWasLast;

        public Line(TenantId tenant)
        {
            Tenant = tenant;
            Turn = new LinkedListNode<Line>(this);
        }

        public TenantId Tenant { get; }

        /// <summary>Among the turns while somebody waits.</summary>
        public LinkedListNode<Line> Turn { get; }

        public LinkedList<Waiter> Waiters { get; } = [];

        public LinkedList<Waiter> Steps { get; } = [];

        public bool IsWaiting => Waiters.Count + Steps.Count > 0;

        public int AtOnce { get; set; }

        public int Held { get; set; }

        public Waiter Next()
        {
            _stepWasLast = Steps.Count > 0 && (Waiters.Count == 0 || !_stepWasLast);
            return (_stepWasLast ? Steps : Waiters).First!.Value;
        }
    }

    internal sealed class Waiter
    {
        public Waiter(Line line)
        {
            Line = line;
            Node = new LinkedListNode<Waiter>(this);
        }

        public Line Line { get; }

        public LinkedListNode<Waiter> Node { get; }

        public TaskCompletionSource<FairPlace> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A place in a <see cref="FairQueue"/>; disposing of it, once or more, hands it on.</summary>
public sealed class FairPlace : IDisposable
{
    private readonly FairQueue _queue;
    private FairQueue.Line? _line;

    internal FairPlace(FairQueue queue, FairQueue.Line line) => (_queue, _line) = (queue, line);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _line, null) is { } line) _queue.Leave(line);
    }
}
