using System.Security.Cryptography;
using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Retention;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Index;
using Akashi.Traces.Store.Reading;
using Akashi.Traces.Verify;

namespace Akashi.Traces.Retention;

/// <summary>
/// Searchable traces. A segment goes when its day is past; what came as an import of older days counts from the day of its import, or it
/// would be gone the night after. Files are removed by the merger, as those of merged segments are.
/// </summary>
internal sealed class SegmentRetention(AkashiDatabase database, SegmentFolder folder, TimeProvider clock) : IRetained
{
    /// <summary>Agents' lines are filed at most 90 days before their receipt (and a day for what waits for indexing): older ones were imported.</summary>
    private const int OldestFiled = 91;

    private const string Outdated = """
        SELECT segment_id AS id, day, file_name, bytes, rows, digest FROM traces.segment
        WHERE tenant_id = @tenant AND retired_at IS NULL AND day < @before
          AND ((published_at AT TIME ZONE 'Asia/Tokyo')::date - day <= @OldestFiled OR (published_at AT TIME ZONE 'Asia/Tokyo')::date < @before)
        ORDER BY segment_id
        """;

    /// <summary>Nothing is kept of batches whose objects are gone already: there is nothing left to hold it against.</summary>
    private const string Keep = """
        INSERT INTO traces.expired_lines (tenant_id, segment_id, tmid, batch_id, lines, sum)
        SELECT @tenant, @segment, gone.* FROM unnest(@tmids, @batches, @lines, @sums) AS gone (tmid, batch_id, lines, sum)
        JOIN traces.batch b ON b.tenant_id = @tenant AND b.tmid = gone.tmid AND b.batch_id = gone.batch_id
        WHERE b.received_at >= coalesce((SELECT deleting_before FROM traces.archive_horizon WHERE tenant_id = @tenant), '-infinity')
        """;

    private sealed record Row(Guid Id, DateOnly Day, string FileName, long Bytes, long Rows, byte[] Digest);

    public RetentionClass Class => RetentionClass.TraceSearch;

    public async Task DeleteBeforeAsync(TenantId tenant, JstDay before, Func<TenantSession, IReadOnlyList<RetentionDeletion>, Task> record, CancellationToken cancellation)
    {
        IReadOnlyList<Row> outdated;
        await using (var session = await database.OpenAsync(tenant, cancellation))
            outdated = await session.QueryAsync<Row>(Outdated, new { tenant, before, OldestFiled }, cancellation);
        foreach (var day in outdated.GroupBy(segment => segment.Day))
        {
            await using var session = await database.OpenAsync(tenant, cancellation);
            var rows = 0L;
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var segment in day)
            {
                await RetireAsync(session, segment, cancellation);
                digest.AppendData(segment.Digest);
                rows += segment.Rows;
            }
            await record(session, [new RetentionDeletion(new JstDay(day.Key), rows, day.Sum(segment => segment.Bytes), new Sha256(digest.GetHashAndReset()))]);
            await session.CommitAsync(cancellation);
        }
    }

    private async Task RetireAsync(TenantSession session, Row segment, CancellationToken cancellation)
    {
        var sums = new Dictionary<(string Tmid, string Batch), LineSum>();
        using (var reader = SegmentReader.Open(session.Tenant, folder.PathOf(session.Tenant, segment.FileName), segment.Id, folder.KeyOf(session.Tenant, segment.Id))) SegmentSums.Add(reader, sums);
        var retired = await session.ExecuteAsync(
            "UPDATE traces.segment SET retired_at = @now WHERE tenant_id = @Tenant AND segment_id = @Id AND retired_at IS NULL", new { session.Tenant, segment.Id, now = clock.GetUtcNow() }, cancellation);
        if (retired == 0) throw new InvalidOperationException($"Segment {segment.Id:N} was merged meanwhile; its successor goes with the next run.");
        await session.ExecuteAsync(Keep, new
        {
            tenant = session.Tenant,
            segment = segment.Id,
            tmids = sums.Keys.Select(key => key.Tmid).ToArray(),
            batches = sums.Keys.Select(key => key.Batch).ToArray(),
            lines = sums.Values.Select(sum => sum.Lines).ToArray(),
            sums = sums.Values.Select(sum => unchecked((long)sum.Sum)).ToArray(),
        }, cancellation);
    }
}
