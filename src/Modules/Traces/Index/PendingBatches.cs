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
internal sealed partial class PendingBatches(AkashiDatabase database, BatchArchive archive, TimeProvider clock, ILogger<PendingBatches> logger)
{
    private const int MaximumBatches = 20_000;

    /// <summary>One that could not be read, for whatever reason, holds up the others no longer.</summary>
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    /// <summary>Until when a batch is passed over.</summary>
    private readonly ConcurrentDictionary<(TenantId Tenant, long Leaf), DateTimeOffset> _aside = new();
    private object? _backlog; // boxed: others read it while it changes

    /// <summary>The tenant whose backlog is worked at. Its segments are merged afterwards.</summary>
    public TenantId? Backlog
    {
        get => (TenantId?)Volatile.Read(ref _backlog);
        set => Volatile.Write(ref _backlog, value);
    }

    /// <summary>What to work at next: the oldest ones, without those that were found damaged or could not be read a moment ago.</summary>
    /// <param name="maximumLogBytes">Of all logs together; one batch may have more.</param>
    public async Task<(IReadOnlyList<PendingBatch> Batches, bool AreMore)> NextAsync(TenantId tenant, long maximumLogBytes, CancellationToken cancellation)
    {
        var oldest = await OldestAsync(tenant, cancellation);
        var next = Chunk(oldest, maximumLogBytes).FirstOrDefault([]);
        return (next, oldest.Count > next.Count || oldest.Count == MaximumBatches);
    }

    /// <summary>Puts batches together whose logs have no more bytes than that, or one with more.</summary>
    public static IEnumerable<IReadOnlyList<PendingBatch>> Chunk(IEnumerable<PendingBatch> batches, long maximumLogBytes)
    {
        var (chunk, bytes) = (new List<PendingBatch>(), 0L);
        foreach (var batch in batches)
        {
            if (chunk.Count > 0 && bytes + batch.LogBytes > maximumLogBytes)
            {
                yield return chunk;
                (chunk, bytes) = ([], 0);
            }
            chunk.Add(batch);
            bytes += batch.LogBytes;
        }
        if (chunk.Count > 0) yield return chunk;
    }

    /// <exception cref="InvalidDataException">An archived object is damaged, changed or gone; the message names it.</exception>
    public async Task<PendingLogs> ReadAsync(TenantId tenant, IReadOnlyList<PendingBatch> batches, CancellationToken cancellation)
    {
        var logs = new PendingLogs();
        try
        {
            foreach (var batch in batches)
            {
                try
                {
                    logs.Add(batch, await ReadLogAsync(tenant, batch, cancellation));
                }
                catch (Exception e) when (e is CryptographicException or FileNotFoundException)
                {
                    throw new InvalidDataException($"The archived batch '{batch.FileName}' {(e is FileNotFoundException ? "is gone" : "was changed")}. Run akashi verify.", e);
                }
            }
            return logs;
        }
        catch
        {
            logs.Dispose();
            throw;
        }
    }

    /// <summary>The logs that can be read.</summary>
    public async Task<PendingLogs> ReadSoundAsync(TenantId tenant, IReadOnlyList<PendingBatch> batches, CancellationToken cancellation)
    {
        var logs = new PendingLogs();
        foreach (var batch in batches)
        {
            try
            {
                logs.Add(batch, await ReadLogAsync(tenant, batch, cancellation));
            }
            catch (Exception e) when (e is InvalidDataException or CryptographicException or FileNotFoundException)
            {
                // Evidence is damaged: name it once, go on with the rest; it stays pending and verify reports it.
                LogDamaged(e, batch.FileName, tenant);
                _aside[(tenant, batch.LeafIndex)] = DateTimeOffset.MaxValue;
            }
            catch
            {
                _aside[(tenant, batch.LeafIndex)] = clock.GetUtcNow() + AfterFailure;
                logs.Dispose();
                throw;
            }
        }
        return logs;
    }

    private async Task<BatchLog> ReadLogAsync(TenantId tenant, PendingBatch batch, CancellationToken cancellation)
    {
        var (header, zip) = await archive.ReadRecentAsync(tenant, new ObjectKey(batch.ObjectKey), cancellation);
        return BatchZip.ReadLog(zip, header.Name).TryGet(out var log, out var failure)
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
        var now = clock.GetUtcNow();
        foreach (var (batch, until) in _aside)
        {
            if (until <= now) _aside.TryRemove(batch, out _);
        }
        var without = _aside.Keys.Where(batch => batch.Tenant == tenant).Select(batch => batch.Leaf).ToArray();
        return await session.QueryAsync<PendingBatch>(sql, new { tenant, MaximumBatches, without }, cancellation);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Archived batch {FileName} of tenant {Tenant} cannot be read; it stays pending. Run akashi verify.")]
    private partial void LogDamaged(Exception exception, string fileName, TenantId tenant);
}
