using System.Text;
using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Query;
using Npgsql;

namespace Akashi.Traces.Saved;

/// <summary>The searches that a tenant's people keep.</summary>
internal sealed class SavedSearchBook(AkashiDatabase database, AuditLog audit, TimeProvider clock)
{
    /// <summary>Of one person's own.</summary>
    public const int MaximumOwn = 100;
    public const int MaximumShared = 500;

    private const string Columns = """
        SELECT id, owner_id, owner_name, name, query, last, from_time, to_time, oldest_first, shared, created_at, changed_at FROM traces.saved_search
        """;

    // An empty owner has none: nobody's user id is empty.
    private const string List = Columns + " WHERE tenant_id = @tenant AND (shared OR owner_id = @owner) ORDER BY name_key, id LIMIT @most";
    private const string One = Columns + " WHERE tenant_id = @tenant AND id = @id AND (shared OR owner_id = @owner)";

    private const string Count = """
        SELECT count(*) FROM traces.saved_search WHERE tenant_id = @tenant AND id <> @id AND CASE WHEN @shared THEN shared ELSE NOT shared AND owner_id = @owner END
        """;

    private const string Insert = """
        INSERT INTO traces.saved_search (tenant_id, id, owner_id, owner_name, name, name_key, query, last, from_time, to_time, oldest_first, shared, created_at, changed_at)
        VALUES (@tenant, @id, @OwnerId, @OwnerName, @Name, @key, @Query, @Last, @From, @To, @OldestFirst, @Shared, @now, @now)
        """;

    private const string Update = """
        UPDATE traces.saved_search SET name = @Name, name_key = @key, query = @Query, last = @Last, from_time = @From, to_time = @To, oldest_first = @OldestFirst, shared = @Shared, changed_at = @now
        WHERE tenant_id = @tenant AND id = @id
        """;

    /// <summary>The shared ones and the caller's own, by name.</summary>
    public async Task<IReadOnlyList<SavedSearch>> ListAsync(TenantId tenant, Caller caller, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var rows = await session.QueryAsync<Row>(List, new { tenant, owner = OwnerOf(caller), most = MaximumOwn + MaximumShared }, cancellation);
        return [.. rows.Select(row => row.ToSearch())];
    }

    public async Task<Outcome<SavedSearch>> FindAsync(TenantId tenant, Caller caller, string? id, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        return await FindAsync(session, caller, id, cancellation);
    }

    public async Task<Outcome<SavedSearch>> AddAsync(TenantId tenant, Caller caller, AuditActor actor, SavedSearchDraft draft, CancellationToken cancellation)
    {
        if (!draft.Check(caller).TryGet(out var search, out var failure)) return failure;
        var now = clock.GetUtcNow();
        search = search with { Id = Guid.CreateVersion7(now), CreatedAt = now, ChangedAt = now };
        await using var session = await database.OpenAsync(tenant, cancellation);
        failure = await WriteAsync(session, actor, Insert, search, new AuditEntry("search.save", search.Name, null, search.Audited), cancellation);
        return failure is null ? search : failure;
    }

    public async Task<Failure?> ChangeAsync(TenantId tenant, Caller caller, AuditActor actor, string? id, SavedSearchDraft draft, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        if (!(await FindAsync(session, caller, id, cancellation)).TryGet(out var before, out var failure)) return failure;
        if (!before.MayBeChangedBy(caller)) return new SavedSearchNotOwn(before.Name);
        if (!draft.Check(caller).TryGet(out var search, out failure)) return failure;
        // An administrator who changes a shared search does not make it their own.
        search = search with { Id = before.Id, OwnerId = before.OwnerId, OwnerName = before.OwnerName };
        return await WriteAsync(session, actor, Update, search, new AuditEntry("search.change", search.Name, before.Audited, search.Audited), cancellation);
    }

    public async Task<Failure?> DeleteAsync(TenantId tenant, Caller caller, AuditActor actor, string? id, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        if (!(await FindAsync(session, caller, id, cancellation)).TryGet(out var search, out var failure)) return failure;
        if (!search.MayBeChangedBy(caller)) return new SavedSearchNotOwn(search.Name);
        await session.ExecuteAsync("DELETE FROM traces.saved_search WHERE tenant_id = @tenant AND id = @Id", new { tenant, search.Id }, cancellation);
        await audit.WriteAsync(session, actor, new AuditEntry("search.delete", search.Name, search.Audited), cancellation);
        await session.CommitAsync(cancellation);
        return null;
    }

    private async Task<Failure?> WriteAsync(TenantSession session, AuditActor actor, string sql, SavedSearch search, AuditEntry entry, CancellationToken cancellation)
    {
        var most = search.Shared ? MaximumShared : MaximumOwn;
        if (await session.QuerySingleAsync<long>(Count, new { tenant = session.Tenant, id = search.Id, shared = search.Shared, owner = search.OwnerId }, cancellation) >= most) return new TooManySavedSearches(most);
        try
        {
            await session.ExecuteAsync(sql, new
            {
                tenant = session.Tenant,
                id = search.Id,
                search.OwnerId,
                search.OwnerName,
                search.Name,
                key = Encoding.UTF8.GetString(Folder.Fold(search.Name)),
                search.Query,
                search.Last,
                search.From,
                search.To,
                search.OldestFirst,
                search.Shared,
                now = clock.GetUtcNow(),
            }, cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return new SavedSearchNameTaken(search.Name);
        }
        await audit.WriteAsync(session, actor, entry, cancellation);
        await session.CommitAsync(cancellation);
        return null;
    }

    private static async Task<Outcome<SavedSearch>> FindAsync(TenantSession session, Caller caller, string? id, CancellationToken cancellation)
    {
        if (!Guid.TryParse(id, out var guid)) return new UnknownSavedSearch(id);
        var rows = await session.QueryAsync<Row>(One, new { tenant = session.Tenant, id = guid, owner = OwnerOf(caller) }, cancellation);
        return rows is [var row] ? row.ToSearch() : new UnknownSavedSearch(id);
    }

    private static string OwnerOf(Caller caller) => caller.OperatorOf is null ? caller.Subject : "";

    private sealed record Row(
        Guid Id, string OwnerId, string OwnerName, string Name, string Query, string? Last, DateTime? FromTime, DateTime? ToTime, bool OldestFirst, bool Shared, DateTime CreatedAt, DateTime ChangedAt)
    {
        public SavedSearch ToSearch() => new(Id, OwnerId, OwnerName, Name, Query, Last, At(FromTime), At(ToTime), OldestFirst, Shared, CreatedAt, ChangedAt);

        private static DateTimeOffset? At(DateTime? time) => time is { } known ? new DateTimeOffset(known) : null;
    }
}
