using System.Collections.Concurrent;
using System.Security.Cryptography;
using Akashi.Agent.Protocol;
using Akashi.Platform.Database;
using Akashi.Platform.Objects;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Archive;
using Akashi.Traces.Receive;
using Microsoft.Extensions.Logging;

namespace Akashi.Traces.Index;

internal sealed record PendingBatch(long LeafIndex, string FileName, string ObjectKey, DateTime CollectedAt, long LogBytes)
{
    public BatchName Name => BatchName.Parse(FileName);
}

/// <summary>Batches that are archived and wait to become searchable.</summary>
internal sealed partial class PendingBatches(AkashiDatabase database, BatchArchive archive, RecentLogs recent, ILogger<PendingBatches> logger)
{
    private const int MaximumBatches = 4000;

    private readonly ConcurrentDictionary<(TenantId Tenant, long Leaf), bool> _damaged = new();

    /// <summary>What to work at next: the oldest ones, without those that were found damaged.</summary>
    /// <param name="maximumLogBytes">Of all logs together; one batch may have more.</param>
    public async Task<(IReadOnlyList<PendingBatch> Batches, bool AreMore)> NextAsync(TenantId tenant, long maximumLogBytes, CancellationToken cancellation)
    {
        var oldest = await OldestAsync(tenant, cancellation);
        var bytes = 0L;
        var next = oldest.TakeWhile((batch, index) => index == 0 || (bytes += batch.LogBytes) <= maximumLogBytes).ToList();
        return (next, oldest.Count > next.Count || oldest.Count == MaximumBatches);
    }

    /// <summary>The logs that can be read.</summary>
    public async Task<List<(PendingBatch Batch, byte[] Log)>> ReadLogsAsync(TenantId tenant, IReadOnlyList<PendingBatch> batches, CancellationToken cancellation)
    {
        var logs = new List<(PendingBatch, byte[])>(batches.Count);
        foreach (var batch in batches)
        {
            try
            {
                logs.Add((batch, await ReadLogAsync(tenant, batch, cancellation)));
            }
            catch (Exception e) when (e is InvalidDataException or CryptographicException or FileNotFoundException)
            {
                // Evidence is damaged: name it once, go on with the rest; it stays pending and verify reports it.
                LogDamaged(e, batch.FileName, tenant);
                _damaged[(tenant, batch.LeafIndex)] = true;
            }
        }
        return logs;
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

    private async Task<IReadOnlyList<PendingBatch>> OldestAsync(TenantId tenant, CancellationToken cancellation)
    {
        const string sql = """
            SELECT b.leaf_index, b.file_name, b.object_key, b.collected_at, b.log_bytes
            FROM traces.pending_batch p JOIN traces.batch b ON b.tenant_id = p.tenant_id AND b.leaf_index = p.leaf_index
            WHERE p.tenant_id = @tenant AND p.leaf_index <> ALL(@without) ORDER BY p.leaf_index LIMIT @MaximumBatches
            """;
        await using var session = await database.OpenAsync(tenant, cancellation);
        var without = _damaged.Keys.Where(key => key.Tenant == tenant).Select(key => key.Leaf).ToArray();
        return await session.QueryAsync<PendingBatch>(sql, new { tenant, MaximumBatches, without }, cancellation);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Archived batch {FileName} of tenant {Tenant} cannot be read; it stays pending. Run akashi verify.")]
    private partial void LogDamaged(Exception exception, string fileName, TenantId tenant);
}
