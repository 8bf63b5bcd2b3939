using Akashi.Platform.Tenancy;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akashi.Platform.Signals;

/// <summary>
/// Background work of one queue, tenant by tenant. It runs on every node, and after a crash again: <see cref="WorkAsync"/> must be safe to
/// repeat and to run twice at once, for example by taking the rows it works on with <c>FOR UPDATE SKIP LOCKED</c>.
/// </summary>
public abstract partial class SignalledWork(WorkSignals signals, TimeProvider clock, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(10);
    private const int MaximumDoublings = 10;

    protected WorkSignals Signals => signals;

    protected TimeProvider Clock => clock;

    /// <summary>Name of the queue, for example <c>mail</c>.</summary>
    protected abstract string Queue { get; }

    /// <summary>How long one round for one tenant may take before another node may try; one minute by default.</summary>
    protected virtual TimeSpan Lease => TimeSpan.FromMinutes(1);

    /// <summary>How many tenants one node works for at once; one by default.</summary>
    protected virtual int Parallelism => 1;

    /// <summary>
    /// Does what is due for the tenant, or a bounded part of it and raises the signal again: while it runs, others wait for their turn. An
    /// exception means: again later, ever more slowly.
    /// </summary>
    protected abstract Task WorkAsync(TenantId tenant, CancellationToken cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new Dictionary<TenantId, Task>();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var (tenant, ended) in running.Where(one => one.Value.IsCompleted).ToList())
                {
                    running.Remove(tenant);
                    await ended;
                }
                // One turn at a time for a tenant: neither its backlog nor its slowness takes the places of others.
                var free = Parallelism - running.Count;
                var claimed = free == 0 ? [] : await signals.ClaimAsync(Queue, Lease, free, running.Keys, stoppingToken);
                foreach (var one in claimed)
                {
                    var turn = running[one.Tenant] = Task.Run(() => WorkAsync(one, stoppingToken), CancellationToken.None);
                    _ = turn.ContinueWith(_ => signals.Wake(Queue), TaskScheduler.Default); // its place is free
                }
                if (claimed.Count == 0) await signals.WaitAsync(Queue, Poll, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The database is away: the signals are still there when it comes back.
                LogInterrupted(e, Queue);
                await Task.Delay(Poll, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        await Task.WhenAll(running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WorkAsync(ClaimedSignals claimed, CancellationToken cancellation)
    {
        try
        {
            await WorkAsync(claimed.Tenant, cancellation);
            await signals.DoneAsync(claimed, cancellation);
        }
        catch (Exception e) when (e is not OutOfMemoryException and not OperationCanceledException)
        {
            var pause = TimeSpan.FromSeconds(Math.Min(LongestBackoff.TotalSeconds, FirstBackoff.TotalSeconds * Math.Pow(2, Math.Min(claimed.Attempts, MaximumDoublings))));
            LogFailed(e, Queue, claimed.Tenant, pause);
            await signals.PostponeAsync(claimed, clock.GetUtcNow() + pause, cancellation);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Work of queue {Queue} was interrupted; it goes on when the database answers.")]
    private partial void LogInterrupted(Exception exception, string queue);

    [LoggerMessage(Level = LogLevel.Error, Message = "Work of queue {Queue} for tenant {Tenant} failed; again in {Pause}.")]
    private partial void LogFailed(Exception exception, string queue, TenantId tenant, TimeSpan pause);
}
