using System.Collections.Concurrent;
using Akashi.Agent.Protocol;
using Akashi.Platform.Database;
using Akashi.Platform.Objects;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Archive;
using Akashi.Traces.Receive;

namespace Akashi.Traces.Tail;

internal sealed record TailBatch(long LeafIndex, string FileName, string ObjectKey, DateTime CollectedAt, long LogBytes, long Lines)
{
    public BatchName Name => BatchName.Parse(FileName);
}

/// <param name="Batches">In the order in which they were acknowledged.</param>
/// <param name="First">Where to go on: at the first of them.</param>
/// <param name="LeftOut">Lines of batches before it that are not looked at, because there are too many to keep up.</param>
internal sealed record TailRound(IReadOnlyList<TailBatch> Batches, long First, long LeftOut);

/// <summary>
/// Newly acknowledged batches, in order. They come from the archive and its log, not from the store: so they are there before they are indexed, on every
/// node, whatever the store is.
/// </summary>
internal sealed class TailBatches(AkashiDatabase database, BatchArchive archive)
{
    /// <summary>A tail that is further behind goes on nearer to the end.</summary>
    private const long MaximumBytes = 64 << 20;
    private const int MaximumBatches = 500;
    private const int MaximumKept = 16;
    private const long LargestKept = 4 << 20;

    // The log's lock puts batches in one order: whoever sees a leaf sees all before it.
    private const string Newest = """
        SELECT leaf_index, file_name, object_key, collected_at, log_bytes, lines FROM traces.batch
        WHERE tenant_id = @tenant AND leaf_index >= @from ORDER BY leaf_index DESC LIMIT @most
        """;

    private const string Passed = "SELECT coalesce(sum(lines), 0)::bigint FROM traces.batch WHERE tenant_id = @tenant AND leaf_index >= @from AND leaf_index < @first";
    private const string End = "SELECT coalesce((SELECT size FROM traces.log_head WHERE tenant_id = @tenant), 0)";

    private readonly ConcurrentDictionary<string, byte[]> _kept = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    /// <summary>Where the log ends now.</summary>
    public async Task<long> EndAsync(TenantId tenant, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        return await session.QuerySingleAsync<long>(End, new { tenant }, cancellation);
    }

    /// <summary>Those from a place on, as many as can be followed.</summary>
    public async Task<TailRound> NextAsync(TenantId tenant, long from, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var newest = await session.QueryAsync<TailBatch>(Newest, new { tenant, from, most = MaximumBatches }, cancellation);
        var bytes = 0L;
        var followed = newest.TakeWhile(batch => (bytes += batch.LogBytes) <= MaximumBytes).Reverse().ToList();
        if (followed.Count == newest.Count && newest.Count < MaximumBatches) return new TailRound(followed, from, 0);
        var first = followed.Count > 0 ? followed[0].LeafIndex : newest[0].LeafIndex + 1;
        return new TailRound(followed, first, await session.QuerySingleAsync<long>(Passed, new { tenant, from, first }, cancellation));
    }

    /// <exception cref="InvalidDataException">The archived object is damaged.</exception>
    /// <exception cref="FileNotFoundException">It is gone.</exception>
    public async Task<byte[]> ReadLogAsync(TenantId tenant, TailBatch batch, CancellationToken cancellation)
    {
        if (_kept.TryGetValue(batch.ObjectKey, out var known)) return known;
        var (header, zip) = await archive.ReadRecentAsync(tenant, new ObjectKey(batch.ObjectKey), cancellation);
        if (!BatchZip.ReadLog(zip, header.Name).TryGet(out var unpacked, out var failure)) throw new InvalidDataException($"The archived batch '{batch.FileName}' cannot be unpacked: {failure.English}");
        byte[] log;
        using (unpacked) log = unpacked.Bytes.ToArray();
        // Several tails of a tenant read the same.
        if (log.Length <= LargestKept && _kept.TryAdd(batch.ObjectKey, log))
        {
            _order.Enqueue(batch.ObjectKey);
            if (_order.Count > MaximumKept && _order.TryDequeue(out var oldest)) _kept.TryRemove(oldest, out _);
        }
        return log;
    }
}
