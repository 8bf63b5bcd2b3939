namespace Akashi.Agent.Spooling;

/// <summary>Makes lines durable at least every second and closes batches when they are due.</summary>
internal sealed class SpoolKeeper(Spool spool, Func<int> flushSeconds, TimeProvider clock, Log log)
{
    private const int Backlog = 8;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200), SyncInterval = TimeSpan.FromMilliseconds(900), WhileBacklog = TimeSpan.FromSeconds(60);

    private bool _failing;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var synced = clock.GetTimestamp();
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            try
            {
                // While the service is away fewer and bigger batches are better for the disk and for the way back.
                var wait = TimeSpan.FromSeconds(flushSeconds());
                if (spool.Outbox.Count > Backlog && wait < WhileBacklog) wait = WhileBacklog;
                spool.PackClosed();
                if (spool.IsDue(wait)) spool.CloseBatch();
                else if (clock.GetElapsedTime(synced) >= SyncInterval) spool.Sync();
                else continue;
                synced = clock.GetTimestamp();
                if (_failing) log.Info("The spool is durable again.");
                _failing = false;
            }
            catch (IOException e)
            {
                if (!_failing) log.Warn($"The spool cannot be made durable and is tried again: {e.Message}");
                _failing = true;
            }
        }
    }
}
