using System.Security.Cryptography;
using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Objects;
using Akashi.Platform.Retention;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Archive;

namespace Akashi.Traces.Retention;

/// <summary>
/// Original batches. Objects go; manifests and leaves stay, so that the Merkle log remains provable from its first leaf. That objects
/// are going is on record before the first one goes: verification tells retention from loss at every moment.
/// </summary>
internal sealed class ArchiveRetention(AkashiDatabase database, BatchArchive archive) : IRetained
{
    private const int PageSize = 1000;

    private const string Begin = """
        INSERT INTO traces.archive_horizon AS horizon (tenant_id, deleting_before, deleted_before) VALUES (@tenant, @end, '-infinity')
        ON CONFLICT (tenant_id) DO UPDATE SET deleting_before = greatest(horizon.deleting_before, excluded.deleting_before)
        RETURNING CASE WHEN deleted_before = '-infinity' THEN 'epoch'::timestamptz ELSE deleted_before END
        """;

    private const string Page = """
        SELECT leaf_index, leaf_hash, object_key, zip_bytes, (received_at AT TIME ZONE 'Asia/Tokyo')::date AS day FROM traces.batch
        WHERE tenant_id = @tenant AND received_at >= @start AND received_at < @end AND leaf_index > @after ORDER BY leaf_index LIMIT @PageSize
        """;

    private const string End = """
        DELETE FROM traces.expired_lines l USING traces.batch b
        WHERE l.tenant_id = @tenant AND b.tenant_id = @tenant AND b.tmid = l.tmid AND b.batch_id = l.batch_id AND b.received_at >= @start AND b.received_at < @end;
        DELETE FROM traces.pending_batch p USING traces.batch b
        WHERE p.tenant_id = @tenant AND b.tenant_id = @tenant AND b.leaf_index = p.leaf_index AND b.received_at >= @start AND b.received_at < @end;
        UPDATE traces.archive_horizon SET deleted_before = @end WHERE tenant_id = @tenant AND deleted_before < @end
        """;

    private sealed record Row(long LeafIndex, byte[] LeafHash, string ObjectKey, long ZipBytes, DateOnly Day);

    private sealed class DaySum
    {
        public long Items { get; set; }

        public long Bytes { get; set; }

        public IncrementalHash Digest { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    public RetentionClass Class => RetentionClass.TraceArchive;

    public async Task DeleteBeforeAsync(TenantId tenant, JstDay before, Func<TenantSession, IReadOnlyList<RetentionDeletion>, Task> record, CancellationToken cancellation)
    {
        var end = before.Start.ToUniversalTime();
        DateTimeOffset start;
        await using (var session = await database.OpenAsync(tenant, cancellation))
        {
            if (!await AnyAsync(session, end, cancellation)) return;
            start = new DateTimeOffset(await session.QuerySingleAsync<DateTime>(Begin, new { tenant, end }, cancellation), TimeSpan.Zero);
            if (start >= end) return;
            await session.CommitAsync(cancellation);
        }
        await using var last = await database.OpenAsync(tenant, cancellation);
        if (!await DeletionGate.TryPassAsync(last, cancellation)) return; // a backup copies; the next run goes on
        var days = await DeleteObjectsAsync(last, start, end, cancellation);
        await last.ExecuteAsync(End, new { tenant, start, end }, cancellation);
        await record(last, [.. days.Select(day => new RetentionDeletion(new JstDay(day.Key), day.Value.Items, day.Value.Bytes, new Sha256(day.Value.Digest.GetHashAndReset())))]);
        await last.CommitAsync(cancellation);
    }

    private static async Task<bool> AnyAsync(TenantSession session, DateTimeOffset end, CancellationToken cancellation) =>
        await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT 1 FROM traces.batch WHERE tenant_id = @Tenant AND received_at < @end)", new { session.Tenant, end }, cancellation);

    /// <summary>After a run that died, some are gone already: deleting them again does no harm, and the record counts all.</summary>
    private async Task<SortedDictionary<DateOnly, DaySum>> DeleteObjectsAsync(TenantSession session, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellation)
    {
        var days = new SortedDictionary<DateOnly, DaySum>();
        var after = -1L;
        while (await session.QueryAsync<Row>(Page, new { tenant = session.Tenant, start, end, after, PageSize }, cancellation) is { Count: > 0 } page)
        {
            foreach (var batch in page)
            {
                await archive.DeleteAsync(new ObjectKey(batch.ObjectKey), cancellation);
                if (!days.TryGetValue(batch.Day, out var day)) days[batch.Day] = day = new DaySum();
                day.Items++;
                day.Bytes += batch.ZipBytes;
                day.Digest.AppendData(batch.LeafHash);
            }
            after = page[^1].LeafIndex;
        }
        return days;
    }
}
