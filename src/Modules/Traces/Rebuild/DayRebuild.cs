using System.Globalization;
using Akashi.Platform.Calendar;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Index;
using Akashi.Traces.Store;
using Microsoft.Extensions.Logging;

namespace Akashi.Traces.Rebuild;

/// <summary>
/// Makes the segments that have lines of a day anew from the archive, with all other days they have lines of, and puts them in the place of the old
/// ones, in one transaction. The catalogue knows how many lines there must be: if the archive gives another number, nothing is replaced. Runs in the merger's turn, so nobody else replaces segments.
/// </summary>
internal sealed partial class DayRebuild(
    AkashiDatabase database, RebuildQueue queue, BatchSegments segments, SegmentCatalogue catalogue, SegmentFolder folder, TimeProvider clock, ILogger<DayRebuild> logger)
{
    private const int PageSize = 1000;

    /// <summary>A line is filed at most 90 days before its receipt and one day after; an imported batch counts from its send time.</summary>
    private const string Page = """
        SELECT leaf_index, file_name, object_key, collected_at, log_bytes FROM traces.batch b
        WHERE tenant_id = @tenant AND leaf_index > @after AND leaf_index <= @last AND collected_at >= @from AND collected_at < @to
          AND received_at >= coalesce((SELECT deleting_before FROM traces.archive_horizon WHERE tenant_id = @tenant), '-infinity')
          AND NOT EXISTS (SELECT 1 FROM traces.pending_batch p WHERE p.tenant_id = b.tenant_id AND p.leaf_index = b.leaf_index)
        ORDER BY leaf_index LIMIT @PageSize
        """;

    /// <summary>Works at the next day that waits, if any.</summary>
    public async Task RunNextAsync(TenantId tenant, CancellationToken cancellation)
    {
        if ((await queue.ListAsync(tenant, cancellation)).FirstOrDefault(request => request.Failure is null) is not { } next) return;
        try
        {
            var rows = await RunAsync(tenant, next.Day, cancellation);
            await queue.DoneAsync(tenant, next.Day, cancellation);
            LogRebuilt(next.Day, tenant, rows);
        }
        catch (InvalidDataException e)
        {
            LogFailed(e, next.Day, tenant);
            await queue.FailedAsync(tenant, next.Day, e.Message, cancellation);
        }
    }

    /// <returns>Lines in the new segments.</returns>
    /// <exception cref="InvalidDataException">The archive does not give the lines that the catalogue counts; nothing was replaced.</exception>
    public async Task<long> RunAsync(TenantId tenant, JstDay day, CancellationToken cancellation)
    {
        var (days, old, batches) = await TakeStockAsync(tenant, day, cancellation);
        var written = (await segments.WriteAllAsync(tenant, batches, days, cancellation)).Segments;
        var (expected, found) = (old.Sum(segment => segment.Rows), written.Sum(segment => segment.Rows));
        if (expected != found)
        {
            foreach (var segment in written) File.Delete(folder.PathOf(tenant, segment.FileName));
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The archive has {found} lines of {days}, the catalogue counts {expected}. Nothing was replaced. Run akashi verify."));
        }
        try
        {
            await catalogue.ReplaceAsync(tenant, [.. old.Select(segment => segment.Id)], written, cancellation);
            return found;
        }
        catch
        {
            folder.Abandon(tenant, written, clock.GetUtcNow());
            throw;
        }
    }

    /// <summary>Segments and the batches that they were made of. While both are listed nothing is published for the day, or they are listed again.</summary>
    private async Task<(DayRange Days, List<SegmentInfo> Segments, List<PendingBatch> Batches)> TakeStockAsync(TenantId tenant, JstDay day, CancellationToken cancellation)
    {
        var (days, live) = await LiveAsync(tenant, day, cancellation);
        while (true)
        {
            var batches = await BatchesAsync(database, tenant, days, cancellation);
            var (daysNow, again) = await LiveAsync(tenant, day, cancellation);
            if (again.Select(segment => segment.Id).ToHashSet().SetEquals(live.Select(segment => segment.Id))) return (days, live, batches);
            (days, live) = (daysNow, again);
        }
    }

    /// <summary>All segments that share days with the day's, and with those: never more than a period.</summary>
    private async Task<(DayRange Days, List<SegmentInfo> Segments)> LiveAsync(TenantId tenant, JstDay day, CancellationToken cancellation)
    {
        var live = await catalogue.LiveAsync(tenant, cancellation);
        var days = DayRange.Of(day);
        while (true)
        {
            var sharing = live.Where(segment => segment.Days.Overlaps(days)).ToList();
            var wider = sharing.Aggregate(days, (range, segment) => range.With(segment.Days));
            if (wider == days) return (days, sharing);
            days = wider;
        }
    }

    /// <summary>Searchable batches that may have lines of the days.</summary>
    public static async Task<List<PendingBatch>> BatchesAsync(AkashiDatabase database, TenantId tenant, DayRange days, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var last = await session.QuerySingleAsync<long>("SELECT coalesce(max(leaf_index), -1) FROM traces.batch WHERE tenant_id = @tenant", new { tenant }, cancellation);
        var (from, to) = (days.First.Start.AddDays(-2).ToUniversalTime(), days.Last.Start.AddDays(93).ToUniversalTime());
        var batches = new List<PendingBatch>();
        while (await session.QueryAsync<PendingBatch>(Page, new { tenant, after = batches.Count == 0 ? -1 : batches[^1].LeafIndex, last, from, to, PageSize }, cancellation) is { Count: > 0 } page)
            batches.AddRange(page);
        return batches;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The segments of {Day} of tenant {Tenant} were made anew from the archive: {Rows} lines.")]
    private partial void LogRebuilt(JstDay day, TenantId tenant, long rows);

    [LoggerMessage(Level = LogLevel.Error, Message = "The segments of {Day} of tenant {Tenant} could not be made anew; the old ones stay.")]
    private partial void LogFailed(Exception exception, JstDay day, TenantId tenant);
}
