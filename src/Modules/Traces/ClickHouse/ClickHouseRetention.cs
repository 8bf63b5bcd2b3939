using System.Security.Cryptography;
using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Retention;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Lines;
using Akashi.Traces.Verify;

namespace Akashi.Traces.ClickHouse;

/// <summary>
/// Searchable traces, by day as segments go: what came as an import of older days counts from the day of its import. From the transaction on they are not found;
/// the cleaner takes them off the disk, whole partitions at once where all tenants are done with them.
/// </summary>
internal sealed class ClickHouseRetention(AkashiDatabase database, ClickHouseServer server, ClickHouseSchema schema, LoadBook book) : IRetained
{
    /// <summary>Agents' lines are filed at most 90 days before their receipt (and a day for what waits): older ones were imported.</summary>
    private const int OldestFiled = 91;
    private const int Seconds = 3600;

    private const string Outdated = """
        SELECT day, max(last_load) AS last_load, sum(rows)::bigint AS rows FROM traces.cluster_day
        WHERE tenant_id = @tenant AND day < @before AND (published_on - day <= @OldestFiled OR published_on < @before)
        GROUP BY day ORDER BY day
        """;

    /// <summary>Nothing is kept of batches whose objects are gone already: there is nothing left to hold it against.</summary>
    private const string Keep = """
        INSERT INTO traces.expired_lines (tenant_id, segment_id, tmid, batch_id, lines, sum)
        SELECT @tenant, @gone, taken.* FROM unnest(@tmids, @batches, @lines, @sums) AS taken (tmid, batch_id, lines, sum)
        JOIN traces.batch b ON b.tenant_id = @tenant AND b.tmid = taken.tmid AND b.batch_id = taken.batch_id
        WHERE b.received_at >= coalesce((SELECT deleting_before FROM traces.archive_horizon WHERE tenant_id = @tenant), '-infinity')
        """;

    private sealed record Row(DateOnly Day, long LastLoad, long Rows);

    public RetentionClass Class => RetentionClass.TraceSearch;

    public async Task DeleteBeforeAsync(TenantId tenant, JstDay before, Func<TenantSession, IReadOnlyList<RetentionDeletion>, Task> record, CancellationToken cancellation)
    {
        IReadOnlyList<Row> outdated;
        await using (var session = await database.OpenAsync(tenant, cancellation))
            outdated = await session.QueryAsync<Row>(Outdated, new { tenant, before, OldestFiled }, cancellation);
        foreach (var row in outdated)
        {
            var day = new JstDay(row.Day);
            var (sums, bytes) = await SumAsync(tenant, day, row.LastLoad, cancellation);
            await using var session = await database.OpenAsync(tenant, cancellation);
            var lines = sums.Values.Sum(sum => sum.Lines);
            if (lines != row.Rows) throw new InvalidDataException($"ClickHouse has {lines} lines of {day}, the catalogue counts {row.Rows}; they go with a later run. If it stays so, run akashi trace rebuild --day {day}.");
            await KeepSumsAsync(session, sums, cancellation);
            await book.TakeAwayAsync(session, day, row.LastLoad, cancellation);
            await record(session, [new RetentionDeletion(day, row.Rows, bytes, Digest(sums))]);
            await session.CommitAsync(cancellation);
        }
    }

    private async Task<(SortedDictionary<(string Tmid, string Batch), LineSum> Sums, long Bytes)> SumAsync(TenantId tenant, JstDay day, long lastLoad, CancellationToken cancellation)
    {
        await schema.EnsureAsync(cancellation);
        var counted = (await book.SnapshotAsync(tenant, long.MinValue, long.MaxValue, cancellation)).Gone.Select(gone => SqlBounds.Not(TraceScope.Condition(gone)));
        var condition = SqlBounds.And([$"tenant = {SqlLiteral.Of(tenant.ToString())}", TraceScope.Condition(new GoneRows(0, lastLoad, day, day)), .. counted]);
        var (sums, bytes) = (new SortedDictionary<(string, string), LineSum>(), 0L);
        using var reader = await RowReader.AskAsync(server, $"tmid, batch, number, ending, line FROM {schema.Table} WHERE {condition}", Seconds, cancellation);
        while (await reader.NextAsync(cancellation))
        {
            var key = (await reader.TextAsync(cancellation), await reader.TextAsync(cancellation));
            var (number, end) = (await reader.Int32Async(cancellation), (LineEnd)await reader.ByteAsync(cancellation));
            var line = await reader.BytesAsync(cancellation);
            sums[key] = sums.GetValueOrDefault(key).Add(number, line, end);
            bytes += line.Length;
        }
        return (sums, bytes);
    }

    private static Task KeepSumsAsync(TenantSession session, SortedDictionary<(string Tmid, string Batch), LineSum> sums, CancellationToken cancellation) => session.ExecuteAsync(Keep, new
    {
        tenant = session.Tenant,
        gone = new Guid(RandomNumberGenerator.GetBytes(16)),
        tmids = sums.Keys.Select(key => key.Tmid).ToArray(),
        batches = sums.Keys.Select(key => key.Batch).ToArray(),
        lines = sums.Values.Select(sum => sum.Lines).ToArray(),
        sums = sums.Values.Select(sum => unchecked((long)sum.Sum)).ToArray(),
    }, cancellation);

    private static Sha256 Digest(SortedDictionary<(string Tmid, string Batch), LineSum> sums)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, sum) in sums) digest.AppendData(System.Text.Encoding.UTF8.GetBytes($"{key.Tmid}/{key.Batch}/{sum.Lines}/{sum.Sum}\n"));
        return new Sha256(digest.GetHashAndReset());
    }
}
