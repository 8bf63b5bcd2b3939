using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Hosting;
using Akashi.Platform.Retention;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Index;
using Akashi.Traces.Store;
using Akashi.Traces.Store.Reading;
using Akashi.Traces.Store.Writing;
using Akashi.Traces.Verify;

namespace Akashi.Traces.Retention;

/// <summary>
/// Searchable traces. A segment goes when its days are past; of one that has later days, too, a new one is written without the lines that are past. What came
/// as an import of older days counts from the day of its import, or it would be gone the night after. Files are removed by the merger, as those of merged segments are.
/// </summary>
internal sealed class SegmentRetention(AkashiDatabase database, SegmentCatalogue catalogue, SegmentFolder folder, TimeProvider clock) : IRetained
{
    /// <summary>Agents' lines are filed at most 90 days before their receipt (and a day for what waits for indexing): older ones were imported.</summary>
    private const int OldestFiled = 91;

    private const string Outdated = """
        SELECT segment_id AS id, coalesce(last_day, day) AS last_day, file_name, bytes, rows, digest FROM traces.segment
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

    private sealed record Row(Guid Id, DateOnly LastDay, string FileName, long Bytes, long Rows, byte[] Digest);

    public RetentionClass Class => RetentionClass.TraceSearch;

    public async Task DeleteBeforeAsync(TenantId tenant, JstDay before, Func<TenantSession, IReadOnlyList<RetentionDeletion>, Task> record, CancellationToken cancellation)
    {
        IReadOnlyList<Row> outdated;
        await using (var session = await database.OpenAsync(tenant, cancellation))
            outdated = await session.QueryAsync<Row>(Outdated, new { tenant, before, OldestFiled }, cancellation);
        foreach (var segment in outdated) await TakeAsync(tenant, segment, before, record, cancellation);
    }

    private async Task TakeAsync(TenantId tenant, Row segment, JstDay before, Func<TenantSession, IReadOnlyList<RetentionDeletion>, Task> record, CancellationToken cancellation)
    {
        var sums = new Dictionary<(string Tmid, string Batch), LineSum>();
        SegmentInfo? rest = null;
        using (var reader = SegmentReader.Open(tenant, folder.PathOf(tenant, segment.FileName), segment.Id, folder.KeyOf(tenant, segment.Id)))
        {
            SegmentSums.Add(reader, sums, before);
            if (reader.Days.Last >= before)
                rest = await BackgroundThread.RunAsync(() => new SegmentMerger(clock).Merge(tenant, folder.Of(tenant), [reader], id => folder.KeyOf(tenant, id), cancellation, before));
        }
        try
        {
            var lines = sums.Values.Sum(sum => sum.Lines);
            if (lines + (rest?.Rows ?? 0) != segment.Rows) throw new InvalidDataException($"Segment {segment.Id:N} has {segment.Rows} lines, but {lines} of them are past and {rest?.Rows ?? 0} are not; it stays. Run akashi verify.");
            await using var session = await database.OpenAsync(tenant, cancellation);
            await catalogue.ReplaceAsync(session, [segment.Id], rest is null ? [] : [rest], cancellation);
            await session.ExecuteAsync(Keep, new
            {
                tenant,
                segment = segment.Id,
                tmids = sums.Keys.Select(key => key.Tmid).ToArray(),
                batches = sums.Keys.Select(key => key.Batch).ToArray(),
                lines = sums.Values.Select(sum => sum.Lines).ToArray(),
                sums = sums.Values.Select(sum => unchecked((long)sum.Sum)).ToArray(),
            }, cancellation);
            var day = rest is null ? new JstDay(segment.LastDay) : before.AddDays(-1);
            await record(session, [new RetentionDeletion(day, lines, segment.Bytes - (rest?.Bytes ?? 0), new Sha256(segment.Digest))]);
            await session.CommitAsync(cancellation);
        }
        catch
        {
            if (rest is not null) folder.Abandon(tenant, [rest], clock.GetUtcNow());
            throw;
        }
    }
}
