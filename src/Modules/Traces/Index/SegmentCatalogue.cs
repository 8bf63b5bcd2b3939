using System.Collections.Concurrent;
using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Store;

namespace Akashi.Traces.Index;

/// <summary>
/// Which segments are searchable. A segment counts from the transaction that publishes it and marks its batches indexed, so each trace
/// is in exactly one live segment whatever dies when.
/// </summary>
internal sealed class SegmentCatalogue(AkashiDatabase database, TimeProvider clock)
{
    private sealed class Row
    {
        public Guid SegmentId { get; init; }
        public DateOnly Day { get; init; }
        public DateOnly? LastDay { get; init; }
        public string FileName { get; init; } = "";
        public long Rows { get; init; }
        public long Bytes { get; init; }
        public DateTime MinTime { get; init; }
        public DateTime MaxTime { get; init; }
        public int FormatVersion { get; init; }
        public byte[] Digest { get; init; } = [];

        public SegmentInfo ToInfo() => new(SegmentId, new DayRange(new JstDay(Day), new JstDay(LastDay ?? Day)), FileName, Rows, Bytes, MinTime, MaxTime, FormatVersion, new Sha256(Digest));
    }

    /// <summary>A list that questions are answered from. After a change of its tenant's segments it is out of date, whatever its age.</summary>
    private sealed record Listing(IReadOnlyList<SegmentInfo> Live, long Change, long ReadAt);

    /// <summary>Changes that others make, such as a commit whose answer was lost, are seen so much later.</summary>
    private static readonly TimeSpan ListingLasts = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<TenantId, Listing> _listings = new();
    private readonly ConcurrentDictionary<TenantId, long> _changes = new();

    private const string Columns = "segment_id, day, last_day, file_name, rows, bytes, min_time, max_time, format_version, digest";

    /// <summary>All live segments, the latest first; one statement, so one consistent picture.</summary>
    public async Task<IReadOnlyList<SegmentInfo>> LiveAsync(TenantId tenant, CancellationToken cancellation)
    {
        const string sql = $"SELECT {Columns} FROM traces.segment WHERE tenant_id = @tenant AND retired_at IS NULL ORDER BY max_time DESC";
        var rows = await database.QueryOnceAsync<Row>(tenant, sql, new { tenant }, cancellation);
        return [.. rows.Select(row => row.ToInfo())];
    }

    /// <summary>
    /// The same for a question, which begins with it: a listing read a moment ago serves, as this server alone changes the segments of its folder.
    /// </summary>
    public async Task<IReadOnlyList<SegmentInfo>> ListingAsync(TenantId tenant, CancellationToken cancellation)
    {
        var change = _changes.GetValueOrDefault(tenant);
        if (_listings.TryGetValue(tenant, out var listing) && listing.Change == change && clock.GetElapsedTime(listing.ReadAt) < ListingLasts) return listing.Live;
        var now = clock.GetTimestamp();
        var live = await LiveAsync(tenant, cancellation);
        _listings[tenant] = new Listing(live, change, now);
        return live;
    }

    /// <summary>The live segments of a tenant are others from now on.</summary>
    public void Changed(TenantId tenant) => _changes.AddOrUpdate(tenant, 1, (_, change) => change + 1);

    /// <summary>Publishes fresh segments and takes their batches off the pending list, in one transaction.</summary>
    /// <exception cref="InvalidOperationException">Some of the batches were indexed by somebody else; nothing was changed.</exception>
    public async Task PublishAsync(TenantId tenant, IReadOnlyList<SegmentInfo> segments, IReadOnlyCollection<long> leaves, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var taken = await session.ExecuteAsync(
            "DELETE FROM traces.pending_batch WHERE tenant_id = @tenant AND leaf_index = ANY(@leaves)", new { tenant, leaves = leaves.ToArray() }, cancellation);
        if (taken != leaves.Count) throw new InvalidOperationException($"{leaves.Count - taken} of {leaves.Count} batches were indexed elsewhere; this round is dropped.");
        await InsertAsync(session, segments, clock.GetUtcNow(), cancellation);
        session.AfterCommit(() => Changed(tenant));
        await session.CommitAsync(cancellation);
    }

    /// <summary>Replaces segments by those that hold the same traces now.</summary>
    public async Task ReplaceAsync(TenantId tenant, IReadOnlyCollection<Guid> merged, IReadOnlyList<SegmentInfo> into, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        await ReplaceAsync(session, merged, into, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>The same as a part of the caller's transaction. The traces count as published when the latest of the replaced segments was.</summary>
    public async Task ReplaceAsync(TenantSession session, IReadOnlyCollection<Guid> merged, IReadOnlyList<SegmentInfo> into, CancellationToken cancellation)
    {
        var retired = await session.QueryAsync<DateTime>(
            "UPDATE traces.segment SET retired_at = @now WHERE tenant_id = @Tenant AND segment_id = ANY(@merged) AND retired_at IS NULL RETURNING published_at",
            new { session.Tenant, merged = merged.ToArray(), now = clock.GetUtcNow() }, cancellation);
        if (retired.Count != merged.Count) throw new InvalidOperationException($"{merged.Count - retired.Count} of {merged.Count} segments were replaced elsewhere; this round is dropped.");
        session.AfterCommit(() => Changed(session.Tenant));
        if (into.Count > 0) await InsertAsync(session, into, retired.Max(), cancellation);
    }

    /// <summary>Every file name that a row stands for, live or retired.</summary>
    public async Task<HashSet<string>> FileNamesAsync(TenantId tenant, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        return [.. await session.QueryAsync<string>("SELECT file_name FROM traces.segment WHERE tenant_id = @tenant", new { tenant }, cancellation)];
    }

    public async Task<IReadOnlyList<(Guid SegmentId, string FileName)>> RetiredBeforeAsync(TenantId tenant, DateTimeOffset moment, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        return await session.QueryAsync<(Guid, string)>("SELECT segment_id, file_name FROM traces.segment WHERE tenant_id = @tenant AND retired_at < @moment", new { tenant, moment }, cancellation);
    }

    public async Task ForgetAsync(TenantId tenant, IReadOnlyCollection<Guid> segments, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync(
            "DELETE FROM traces.segment WHERE tenant_id = @tenant AND segment_id = ANY(@segments) AND retired_at IS NOT NULL", new { tenant, segments = segments.ToArray() }, cancellation);
        await session.CommitAsync(cancellation);
    }

    private async Task InsertAsync(TenantSession session, IReadOnlyList<SegmentInfo> segments, DateTimeOffset published, CancellationToken cancellation)
    {
        const string sql = $"""
            INSERT INTO traces.segment (tenant_id, {Columns}, published_at)
            VALUES (@tenant, @Id, @First, @Last, @FileName, @Rows, @Bytes, @MinTime, @MaxTime, @FormatVersion, @Digest, @published)
            """;
        foreach (var segment in segments)
        {
            await session.ExecuteAsync(sql, new
            {
                tenant = session.Tenant,
                segment.Id,
                segment.Days.First,
                segment.Days.Last,
                segment.FileName,
                segment.Rows,
                segment.Bytes,
                segment.MinTime,
                segment.MaxTime,
                segment.FormatVersion,
                segment.Digest,
                published,
            }, cancellation);
        }
    }
}
