using System.Collections.Concurrent;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Microsoft.Extensions.Logging;

namespace Akashi.Platform.Quotas;

/// <summary>
/// Holds each tenant to its limits on this node: the limit divided by the nodes there are. Nothing here asks the database for a request; the
/// limits are remembered and read anew in the background.
/// </summary>
public sealed partial class TenantQuotas
{
    /// <summary>After so long a changed limit, or a node that came or went, counts everywhere.</summary>
    public const int RememberedSeconds = 15;

    /// <summary>What a batch costs at least: a flood of tiny ones is a flood.</summary>
    private const long LeastBatch = 4 << 10;

    private const int LongestWaitSeconds = 3600;

    private readonly ConcurrentDictionary<TenantId, Held> _tenants = new();
    private readonly TenantLimitBook _book;
    private readonly QuotaUse _use;
    private readonly TimeProvider _clock;
    private readonly ILogger<TenantQuotas> _logger;

    public TenantQuotas(TenantLimitBook book, QuotaUse use, TimeProvider clock, ILogger<TenantQuotas> logger)
    {
        (_book, _use, _clock, _logger) = (book, use, clock, logger);
        book.Changed += tenant => Of(tenant).Forget();
    }

    /// <returns>Null when the request may go on.</returns>
    public async ValueTask<Failure?> ChargeRequestAsync(TenantId tenant, CallerKind kind, CancellationToken cancellation)
    {
        var held = Of(tenant);
        var (limits, nodes) = await LimitsAsync(tenant, held, cancellation);
        var wait = held.Requests[(int)kind].Take(1, (double)limits.RequestsPerSecond / nodes, Math.Max(1, (double)limits.RequestBurst / nodes));
        return Count(tenant, QuotaKind.Requests, 1, wait == TimeSpan.Zero ? null : new RequestLimitExceeded(limits.RequestsPerSecond, Seconds(wait)));
    }

    /// <returns>Null when the batch may be received.</returns>
    public async ValueTask<Failure?> ChargeIngestAsync(TenantId tenant, long bytes, CancellationToken cancellation)
    {
        var held = Of(tenant);
        var (limits, nodes) = await LimitsAsync(tenant, held, cancellation);
        var wait = held.Ingest.Take(Math.Max(LeastBatch, bytes), (double)limits.IngestBytesPerSecond / nodes, (double)limits.IngestBurstBytes / nodes);
        return Count(tenant, QuotaKind.Ingest, bytes, wait == TimeSpan.Zero ? null : new IngestLimitExceeded(limits.IngestBytesPerSecond, Seconds(wait)));
    }

    /// <summary>Waits for the tenant's turn in a queue, and counts when the queue is full.</summary>
    /// <param name="kind">Of <see cref="QuotaKind.Searches"/> the tenant holds its share of places at most.</param>
    public async Task<Outcome<FairPlace>> EnterAsync(TenantId tenant, QuotaKind kind, FairQueue queue, CancellationToken cancellation)
    {
        var atOnce = int.MaxValue;
        if (kind == QuotaKind.Searches)
        {
            var (limits, nodes) = await LimitsAsync(tenant, Of(tenant), cancellation);
            atOnce = Math.Max(1, limits.Searches / nodes);
        }
        var outcome = await queue.EnterAsync(tenant, atOnce, cancellation);
        // Requests and batches were counted as used when they were charged.
        if (outcome.Failure is not null || kind == QuotaKind.Searches) Count(tenant, kind, 1, outcome.Failure);
        return outcome;
    }

    private Failure? Count(TenantId tenant, QuotaKind kind, long amount, Failure? refusal)
    {
        _use.Add(tenant, kind, amount, refusal);
        return refusal;
    }

    private static int Seconds(TimeSpan wait) => (int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, LongestWaitSeconds);

    private Held Of(TenantId tenant) => _tenants.GetOrAdd(tenant, _ => new Held(_clock));

    private async ValueTask<(TenantLimits Limits, int Nodes)> LimitsAsync(TenantId tenant, Held held, CancellationToken cancellation)
    {
        var known = held.InForce;
        if (known is null) known = await ReadAsync(tenant, held, cancellation);
        else if (_clock.GetElapsedTime(held.ReadAt).TotalSeconds > RememberedSeconds && held.TryBeginRefresh()) RefreshInBackground(tenant, held);
        return (known.Effective, known.Nodes);
    }

    private async Task<LimitsInForce> ReadAsync(TenantId tenant, Held held, CancellationToken cancellation)
    {
        var version = held.Version;
        var found = await _book.FindAsync(tenant, cancellation);
        held.Learn(found, version);
        return found;
    }

    private void RefreshInBackground(TenantId tenant, Held held)
    {
        // Neither the request that happened to notice, nor its operator's grant, belongs to it.
        using var none = ExecutionContext.SuppressFlow();
        _ = Task.Run(async () =>
        {
            try
            {
                await ReadAsync(tenant, held, CancellationToken.None);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogStale(e, tenant);
            }
            finally
            {
                held.EndRefresh();
            }
        });
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The limits of tenant {Tenant} could not be read; the last known ones hold.")]
    private partial void LogStale(Exception exception, TenantId tenant);

    /// <summary>One tenant on this node.</summary>
    private sealed class Held(TimeProvider clock)
    {
        private readonly Lock _gate = new();
        private bool _refreshing;

        public TokenBucket[] Requests { get; } = [.. Enum.GetValues<CallerKind>().Select(_ => new TokenBucket(clock))];

        public TokenBucket Ingest { get; } = new(clock);

        /// <summary>Null until read, and after a change.</summary>
        public LimitsInForce? InForce { get; private set; }

        public long ReadAt { get; private set; }

        /// <summary>Counts the changes.</summary>
        public int Version { get; private set; }

        public void Forget()
        {
            lock (_gate) (InForce, Version) = (null, Version + 1);
        }

        /// <summary>What was read before a change was committed must not replace what came with it.</summary>
        public void Learn(LimitsInForce found, int version)
        {
            lock (_gate)
            {
                if (version == Version) (InForce, ReadAt) = (found, clock.GetTimestamp());
            }
        }

        public bool TryBeginRefresh()
        {
            lock (_gate)
            {
                if (_refreshing) return false;
                return _refreshing = true;
            }
        }

        public void EndRefresh()
        {
            // Also after a failure: then the next try comes after the same time.
            lock (_gate) (_refreshing, ReadAt) = (false, clock.GetTimestamp());
        }
    }
}
