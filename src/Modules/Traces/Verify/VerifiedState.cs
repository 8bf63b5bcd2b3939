using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Traces.Verify;

/// <summary>What the database says of a tenant's archive at one moment.</summary>
/// <param name="Size">Leaves in the Merkle log.</param>
/// <param name="Pending">Leaves that are not searchable yet.</param>
/// <param name="Segments">Live segments.</param>
/// <param name="Expired">Lines that retention took out of the searchable ones, by batch.</param>
/// <param name="Horizon">Objects of batches that were received before it are deleted by retention.</param>
internal sealed record VerifiedState(
    long Size, IReadOnlySet<long> Pending, IReadOnlyList<SegmentRow> Segments, IReadOnlyDictionary<(string Tmid, string Batch), LineSum> Expired, DateTimeOffset Horizon)
{
    private const string Snapshot = """
        SELECT 'log' AS kind, size AS number, NULL::uuid AS segment_id, NULL::text AS file_name, NULL::bigint AS rows, NULL::bytea AS digest FROM traces.log_head WHERE tenant_id = @tenant
        UNION ALL SELECT 'pending', leaf_index, NULL, NULL, NULL, NULL FROM traces.pending_batch WHERE tenant_id = @tenant
        UNION ALL SELECT 'segment', 0, segment_id, file_name, rows, digest FROM traces.segment WHERE tenant_id = @tenant AND retired_at IS NULL
        UNION ALL SELECT 'expired', sum, NULL, tmid || '/' || batch_id, lines, NULL FROM traces.expired_lines WHERE tenant_id = @tenant
        UNION ALL SELECT 'horizon', (extract(epoch FROM deleting_before) * 1000000)::bigint, NULL, NULL, NULL, NULL FROM traces.archive_horizon WHERE tenant_id = @tenant
        """;

    private sealed record Row(string Kind, long Number, Guid? SegmentId, string? FileName, long? Rows, byte[]? Digest);

    /// <summary>One statement, so that a server at work meanwhile cannot blur the picture.</summary>
    public static async Task<VerifiedState> ReadAsync(TenantSession session, CancellationToken cancellation)
    {
        var rows = await session.QueryAsync<Row>(Snapshot, new { tenant = session.Tenant }, cancellation);
        return new VerifiedState(
            rows.FirstOrDefault(row => row.Kind == "log")?.Number ?? 0,
            rows.Where(row => row.Kind == "pending").Select(row => row.Number).ToHashSet(),
            [.. rows.Where(row => row.Kind == "segment").Select(row => new SegmentRow(row.SegmentId!.Value, row.FileName!, row.Rows!.Value, new Sha256(row.Digest!)))],
            rows.Where(row => row.Kind == "expired").GroupBy(row => (row.FileName!.Split('/')[0], row.FileName!.Split('/')[1]))
                .ToDictionary(batch => batch.Key, batch => batch.Aggregate(default(LineSum), (sum, row) => sum.Plus(row.Rows!.Value, unchecked((ulong)row.Number)))),
            DateTimeOffset.UnixEpoch.AddMicroseconds(rows.FirstOrDefault(row => row.Kind == "horizon")?.Number ?? 0));
    }
}

internal sealed record SegmentRow(Guid Id, string FileName, long Rows, Sha256 Digest);

internal sealed record BatchRow(long LeafIndex, byte[] LeafHash, string FileName, string Tmid, string BatchId, string ObjectKey, long Lines, DateTime ReceivedAt);
