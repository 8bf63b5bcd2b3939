using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Npgsql;

namespace Akashi.Traces.Export;

/// <param name="State"><c>running</c>, <c>done</c>, <c>failed</c> or <c>stopped</c>.</param>
/// <param name="Total">How many there will be, counted at its beginning; null until that is known.</param>
/// <param name="Failure">Why it failed or was stopped.</param>
internal sealed record ExportProgress(Guid Id, string Format, string Query, string State, long Rows, long? Total, (string Code, string Japanese, string English)? Failure, DateTimeOffset StartedAt, DateTimeOffset ChangedAt);

/// <summary>How far exports have come, for those who watch them from another connection, perhaps on another node.</summary>
internal sealed class ExportRuns(AkashiDatabase database, TimeProvider clock)
{
    public const string Running = "running";
    public const string Done = "done";
    public const string Failed = "failed";
    public const string Stopped = "stopped";

    /// <summary>A running export tells every second; one that has been silent for so long went down with its node.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private const string Insert = """
        DELETE FROM traces.export_run WHERE tenant_id = @tenant AND changed_at < @outdated;
        INSERT INTO traces.export_run (tenant_id, id, owner_id, format, query, state, rows, stop_asked, started_at, changed_at)
        VALUES (@tenant, @id, @owner, @format, @query, @Running, 0, false, @now, @now)
        """;

    private const string Tell = "UPDATE traces.export_run SET rows = @rows, changed_at = @now WHERE tenant_id = @tenant AND id = @id RETURNING stop_asked";
    private const string Total = "UPDATE traces.export_run SET total = @total WHERE tenant_id = @tenant AND id = @id";
    private const string Ask = "UPDATE traces.export_run SET stop_asked = true WHERE tenant_id = @tenant AND id = @id AND owner_id = @owner";

    private const string End = """
        UPDATE traces.export_run SET state = @state, rows = @rows, failure_code = @Code, failure_japanese = @Japanese, failure_english = @English, changed_at = @now
        WHERE tenant_id = @tenant AND id = @id
        """;

    private const string Find = """
        SELECT id, format, query, state, rows, total, failure_code, failure_japanese, failure_english, started_at, changed_at
        FROM traces.export_run WHERE tenant_id = @tenant AND id = @id AND owner_id = @owner
        """;

    /// <param name="id">Chosen by the caller, to watch it by.</param>
    /// <returns>Null, or why it cannot begin.</returns>
    public async Task<Failure?> BeginAsync(TenantId tenant, Caller caller, Guid id, string format, string query, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var session = await database.OpenAsync(tenant, cancellation);
        try
        {
            await session.ExecuteAsync(Insert, new { tenant, id, owner = OwnerOf(caller), format, query, Running, now, outdated = now - Kept }, cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return new FieldInvalid("run", $"{id}", "a new id for each export");
        }
        await session.CommitAsync(cancellation);
        return null;
    }

    /// <returns>Whether somebody asked to stop it.</returns>
    public async Task<bool> TellAsync(TenantId tenant, Guid id, long rows, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var stop = await session.QuerySingleAsync<bool>(Tell, new { tenant, id, rows, now = clock.GetUtcNow() }, cancellation);
        await session.CommitAsync(cancellation);
        return stop;
    }

    public async Task SetTotalAsync(TenantId tenant, Guid id, long total, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync(Total, new { tenant, id, total }, cancellation);
        await session.CommitAsync(cancellation);
    }

    public async Task EndAsync(TenantId tenant, Guid id, string state, long rows, Failure? failure)
    {
        await using var session = await database.OpenAsync(tenant, CancellationToken.None);
        await session.ExecuteAsync(End, new { tenant, id, state, rows, failure?.Code, failure?.Japanese, failure?.English, now = clock.GetUtcNow() }, CancellationToken.None);
        await session.CommitAsync(CancellationToken.None);
    }

    /// <summary>The caller's own.</summary>
    public async Task<Outcome<ExportProgress>> FindAsync(TenantId tenant, Caller caller, string? id, CancellationToken cancellation)
    {
        if (!Guid.TryParse(id, out var guid)) return new UnknownExport(id);
        await using var session = await database.OpenAsync(tenant, cancellation);
        var rows = await session.QueryAsync<Row>(Find, new { tenant, id = guid, owner = OwnerOf(caller) }, cancellation);
        if (rows is not [var row]) return new UnknownExport(id);
        var lost = row.State == Running && clock.GetUtcNow() - row.ChangedAt > Silence ? new ExportLost() : null;
        (string, string, string)? failure = lost is not null ? (lost.Code, lost.Japanese, lost.English) : row.FailureCode is { } code ? (code, row.FailureJapanese!, row.FailureEnglish!) : null;
        return new ExportProgress(row.Id, row.Format, row.Query, lost is null ? row.State : Failed, row.Rows, row.Total, failure, row.StartedAt, row.ChangedAt);
    }

    /// <summary>It stops within a second or two, on whichever node it runs.</summary>
    public async Task<Failure?> StopAsync(TenantId tenant, Caller caller, string? id, CancellationToken cancellation)
    {
        if (!Guid.TryParse(id, out var guid)) return new UnknownExport(id);
        await using var session = await database.OpenAsync(tenant, cancellation);
        var asked = await session.ExecuteAsync(Ask, new { tenant, id = guid, owner = OwnerOf(caller) }, cancellation);
        await session.CommitAsync(cancellation);
        return asked == 1 ? null : new UnknownExport(id);
    }

    /// <summary>The same user id is another person among operators.</summary>
    private static string OwnerOf(Caller caller) => caller.OperatorOf is { } other ? $"{other}/{caller.Subject}" : caller.Subject;

    private sealed record Row(
        Guid Id, string Format, string Query, string State, long Rows, long? Total, string? FailureCode, string? FailureJapanese, string? FailureEnglish, DateTime StartedAt, DateTime ChangedAt);
}
