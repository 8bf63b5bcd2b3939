using System.Globalization;
using System.Security.Cryptography;
using Akashi.Platform.Calendar;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Index;
using Akashi.Traces.Rebuild;
using Akashi.Traces.Store;
using Microsoft.Extensions.Logging;

namespace Akashi.Traces.ClickHouse;

/// <summary>
/// Loads a day anew from the archive and puts it in the place of the old rows, in one transaction of the catalogue. It knows how many lines there must be: if the
/// archive gives another number, nothing is replaced, and the new rows never count.
/// </summary>
internal sealed partial class ClickHouseRebuild(
    AkashiDatabase database, RebuildQueue queue, PendingBatches pending, LoadBook book, LoadWriter writer, ClickHouseSchema schema, ILogger<ClickHouseRebuild> logger)
{
    private const long MaximumLogBytes = 32 << 20;
    private const string Stock = "SELECT coalesce(sum(rows), 0)::bigint FROM traces.cluster_day WHERE tenant_id = @tenant AND day = @day";
    private const string LastLoad = "SELECT coalesce(max(last_load), 0) FROM traces.cluster_head WHERE tenant_id = @tenant";

    /// <summary>Works at the next day that waits, if any.</summary>
    public async Task RunNextAsync(TenantId tenant, CancellationToken cancellation)
    {
        if ((await queue.ListAsync(tenant, cancellation)).FirstOrDefault(request => request.Failure is null) is not { } next) return;
        await schema.EnsureAsync(cancellation);
        try
        {
            if (await RunAsync(tenant, next.Day, cancellation) is not { } rows) return; // another node writes for the tenant
            await queue.DoneAsync(tenant, next.Day, cancellation);
            LogRebuilt(next.Day, tenant, rows);
        }
        catch (Exception e) when (e is InvalidDataException or CryptographicException or FileNotFoundException)
        {
            LogFailed(e, next.Day, tenant);
            await queue.FailedAsync(tenant, next.Day, e.Message, cancellation);
        }
    }

    private async Task<long?> RunAsync(TenantId tenant, JstDay day, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        if (!await session.QuerySingleAsync<bool>(ClickHouseLoader.TryLock, new { tenant = tenant.ToString() }, cancellation)) return null;
        var old = await session.QuerySingleAsync<long>(LastLoad, new { tenant }, cancellation);
        var written = new List<WrittenLoad>();
        foreach (var batches in PendingBatches.Chunk(await DayRebuild.BatchesAsync(database, tenant, DayRange.Of(day), cancellation), MaximumLogBytes))
        {
            using var logs = await pending.ReadAsync(tenant, batches, cancellation);
            written.Add(await writer.WriteAsync(tenant, logs.All, day, cancellation));
        }
        var expected = await session.QuerySingleAsync<long>(Stock, new { tenant, day }, cancellation);
        var found = written.Sum(load => load.Days.Sum(part => part.Rows));
        if (expected != found) throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The archive has {found} lines of {day}, the catalogue counts {expected}. Nothing was replaced. Run akashi verify."));
        await book.TakeAwayAsync(session, day, old, cancellation);
        foreach (var load in written) await book.PublishAsync(session, load, cancellation);
        await session.CommitAsync(cancellation);
        return found;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The searchable traces of {Day} of tenant {Tenant} were loaded anew from the archive: {Rows} lines.")]
    private partial void LogRebuilt(JstDay day, TenantId tenant, long rows);

    [LoggerMessage(Level = LogLevel.Error, Message = "The searchable traces of {Day} of tenant {Tenant} could not be loaded anew; the old ones stay.")]
    private partial void LogFailed(Exception exception, JstDay day, TenantId tenant);
}
