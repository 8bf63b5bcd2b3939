using Akashi.Agent.Collecting;
using Akashi.Agent.Connections;
using Akashi.Agent.Enrolment;
using Akashi.Agent.Processes;
using Akashi.Agent.Recording;
using Akashi.Agent.Sending;
using Akashi.Agent.Spooling;
using Akashi.Agent.Status;
using Akashi.Agent.Terminals;
using Akashi.Durability;

namespace Akashi.Agent;

/// <summary>
/// The whole agent. Collecting begins at once; enrolment and sending follow beside it, so that nothing is missed while the service is away.
/// </summary>
internal sealed class AgentRunner(AgentOptions options, TimeProvider clock, Log log)
{
    private static readonly TimeSpan SendAtStop = TimeSpan.FromSeconds(5), ReportInterval = TimeSpan.FromHours(1), AddressInterval = TimeSpan.FromMinutes(1);

    private readonly AgentFiles _files = new(options.Data);

    public async Task RunAsync(CancellationToken stop)
    {
        DurableFile.CreateFolder(options.Data);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(options.Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var alone = Lock();
        var identity = new TerminalIdentity(_files);
        var terminal = new Terminal(identity.Tmid());
        using var spool = Spool.Open(_files.Spool, terminal.Tmid, new SpoolLimits(options.SpoolBytes), clock);
        var counters = new Counters();
        LineComposer Line() => new(terminal, spool, counters);
        var system = new SystemRecorder(Line(), counters, clock);
        var policy = new PolicyStore(_files, clock, log);
        policy.LoadLast();

        var images = new ImageCatalogue();
        var processes = new ProcessRecorder(terminal, new ProcessTable($"{terminal.Tmid}|{terminal.Boot}", clock), images, new UserNames(clock), Line(), counters, clock);
        using var set = new CollectorSet(processes, new ConnectionRecorder(processes, Line(), counters), Line, counters, clock, log);
        set.Open();
        set.Use(new Exclusions(options.Data, policy.Current));
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true); // the kernel's type information is megabytes and no longer needed
        var sources = set.Sources;
        log.Info($"Terminal {terminal.Tmid} collects: {string.Join(", ", sources.Select(s => $"{s.Key} by {s.Value}"))}.");
        system.Started(Terminal.Version, clean: !File.Exists(_files.Running));
        DurableFile.Write(_files.Running, ReadOnlyMemory<byte>.Empty);
        system.Running(sources);

        var loop = new CollectingLoop(set.Collectors, processes, system, spool, clock, log);
        policy.Changed += current => loop.Between(() => set.Use(new Exclusions(options.Data, current)));
        var status = new StatusWriter(_files.Status, terminal, sources, counters, spool, clock);
        using var sending = new CancellationTokenSource();
        using var work = CancellationTokenSource.CreateLinkedTokenSource(stop);
        loop.Start();
        Task[] tasks =
        [
            loop.Ended,
            images.ReadAsync(work.Token),
            new SpoolKeeper(spool, () => policy.Current.FlushSeconds, clock, log).RunAsync(work.Token),
            status.RunAsync(work.Token),
            ServeAsync(identity, policy, spool, system, status, work.Token, sending.Token),
            RepeatAsync(ReportInterval, () => system.Running(sources), work.Token),
            RepeatAsync(AddressInterval, () => CheckRound(terminal, counters, spool), work.Token),
        ];
        // Whatever ends first decides: a wish to stop, or a failure that a supervisor answers by a new start.
        var first = await Task.WhenAny(tasks);
        await work.CancelAsync();
        loop.Stop();
        try
        {
            await loop.Ended;
            system.Running(sources);
            system.Stopped();
            spool.CloseBatch();
            File.Delete(_files.Running);
            await DrainAsync(spool.Outbox);
        }
        finally
        {
            await sending.CancelAsync();
            status.Write();
        }
        if (!first.IsCanceled) await first;
    }

    /// <summary>Enrols if needed, then keeps policy and certificate current and sends until <paramref name="sending"/> ends.</summary>
    private async Task ServeAsync(TerminalIdentity identity, PolicyStore policy, Spool spool, SystemRecorder system, StatusWriter status, CancellationToken work, CancellationToken sending)
    {
        await new TerminalEnrolment(options, identity, clock, log).EnsureAsync(work);
        var connection = new ServiceConnection(options, identity, clock, log);
        var sender = new BatchSender(spool.Outbox, _files.Rejected, () => connection.Client, system.BatchRefused, system.BatchVanished, clock, log);
        (status.Sender, status.Connection) = (sender, connection);
        // The sender goes on while the agent stops, to empty the outbox.
        await await Task.WhenAny(policy.KeepCurrentAsync(() => connection.Client, work), connection.KeepRenewedAsync(work), sender.RunAsync(sending));
    }

    private static void CheckRound(Terminal terminal, Counters counters, Spool spool)
    {
        terminal.Refresh();
        counters.Lost("spool limit", spool.Outbox.TakeLinesGivenUp());
    }

    private async Task DrainAsync(Outbox outbox)
    {
        var since = clock.GetTimestamp();
        while (outbox.Count > 0 && clock.GetElapsedTime(since) < SendAtStop) await Task.Delay(TimeSpan.FromMilliseconds(20), clock);
    }

    private async Task RepeatAsync(TimeSpan interval, Action action, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(cancellation)) action();
    }

    /// <summary>Two agents in one folder would give the same numbers twice.</summary>
    private FileStream Lock()
    {
        try
        {
            return new FileStream(_files.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new AgentProblem($"Another agent already runs with '{options.Data}'. Stop it, or give another folder by --data.");
        }
    }
}
