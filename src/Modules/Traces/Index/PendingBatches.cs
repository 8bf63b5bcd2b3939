using Akashi.Agent.Protocol;
using Akashi.Platform.Database;
using Akashi.Platform.Objects;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Archive;
using Akashi.Traces.Receive;

namespace Akashi.Traces.Index;

internal sealed record PendingBatch(long LeafIndex, string FileName, string ObjectKey, DateTime CollectedAt, long LogBytes)
{
    public BatchName Name => BatchName.Parse(FileName);
}

/// <summary>Batches that are archived and wait to become searchable.</summary>
internal sealed class PendingBatches(AkashiDatabase database, BatchArchive archive, RecentLogs recent)
{
    /// <summary>The oldest ones first, without those that were found damaged.</summary>
    public async Task<IReadOnlyList<PendingBatch>> OldestAsync(TenantId tenant, int count, long[] without, CancellationToken cancellation)
    {
        const string sql = """
            SELECT b.leaf_index, b.file_name, b.object_key, b.collected_at, b.log_bytes
            FROM traces.pending_batch p JOIN traces.batch b ON b.tenant_id = p.tenant_id AND b.leaf_index = p.leaf_index
            WHERE p.tenant_id = @tenant AND p.leaf_index <> ALL(@without) ORDER BY p.leaf_index LIMIT @count
            """;
        await using var session = await database.OpenAsync(tenant, cancellation);
        return await session.QueryAsync<PendingBatch>(sql, new { tenant, count, without }, cancellation);
    }

    /// <exception cref="InvalidDataException">The archived object is damaged.</exception>
    /// <exception cref="FileNotFoundException">It is gone.</exception>
    public async Task<byte[]> ReadLogAsync(TenantId tenant, PendingBatch batch, CancellationToken cancellation)
    {
        if (recent.Take(batch.ObjectKey) is { } log) return log;
        var (header, _, zip) = await archive.ReadAsync(tenant, new ObjectKey(batch.ObjectKey), cancellation);
        return BatchZip.ReadLog(zip, header.Name).TryGet(out log, out var failure)
            ? log
            : throw new InvalidDataException($"The archived batch '{batch.FileName}' cannot be unpacked: {failure.English}");
    }
}
