using Akashi.Agent.Kernel;
using Akashi.Agent.Processes;
using Akashi.Agent.Recording;
using Akashi.Agent.Spooling;

namespace Akashi.Agent.Collecting;

/// <summary>
/// The one thread that collects: ten rounds a second, earlier when a kernel buffer fills. Rounds rather than a wake-up for each event keep the
/// cost low; the kernel's buffers hold far more than a tenth of a second.
/// </summary>
internal sealed unsafe class CollectingLoop(IReadOnlyList<ICollector> collectors, ProcessRecorder processes, SystemRecorder system, Spool spool, TimeProvider clock, Log log)
{
    private const int RoundMilliseconds = 100;
    private const int MostLastRounds = 64;
    private static readonly TimeSpan LossInterval = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Action? _betweenRounds;
    private volatile bool _stopping;
    private bool _diskRefuses;
    private long _lossesReported;

    /// <summary>Ends after <see cref="Stop"/>, or fails with what went wrong.</summary>
    public Task Ended => _ended.Task;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "collecting" }.Start();

    public void Stop() => _stopping = true;

    /// <summary>Runs once on the collecting thread, which alone may touch the process table.</summary>
    public void Between(Action action) => _betweenRounds = action;

    private bool More => collectors.Any(collector => collector.More);

    private void Run()
    {
        try
        {
            processes.Seed();
            while (!_stopping)
            {
                if (!More) Wait();
                Round(last: false);
            }
            // Somebody who never stops writing does not keep the agent from stopping.
            for (var round = 0; round < MostLastRounds && (round == 0 || More); round++) Round(last: true);
            _ended.SetResult();
        }
        catch (Exception e)
        {
            _ended.SetException(e);
        }
    }

    private void Round(bool last)
    {
        if (Interlocked.Exchange(ref _betweenRounds, null) is { } action) action();
        foreach (var collector in collectors) collector.Fetch();
        foreach (var collector in collectors) collector.Deliver();
        processes.Settle(last);
        if (last || clock.GetElapsedTime(_lossesReported) >= LossInterval)
        {
            system.ReportLosses();
            _lossesReported = clock.GetTimestamp();
        }
        try
        {
            spool.Write();
            if (_diskRefuses) log.Info("The spool can be written again.");
            _diskRefuses = false;
        }
        catch (IOException e)
        {
            if (!_diskRefuses) log.Warn($"The spool cannot be written ({e.Message}); lines are held in memory and then counted as lost. Make room on the disk.");
            _diskRefuses = true;
        }
    }

    private void Wait()
    {
        var descriptors = stackalloc LibC.PollDescriptor[8];
        var count = 0;
        foreach (var collector in collectors)
        {
            if (collector.Descriptor >= 0 && count < 8) descriptors[count++] = new LibC.PollDescriptor { Descriptor = collector.Descriptor, Events = LibC.PollIn };
        }
        _ = LibC.Poll(descriptors, (nuint)count, RoundMilliseconds); // an error or a signal only shortens the round
    }
}
