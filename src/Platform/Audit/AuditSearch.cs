using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Dapper;
using Npgsql;

namespace Akashi.Platform.Audit;

/// <param name="From">Earliest time, or null.</param>
/// <param name="To">First time that is too late, or null.</param>
/// <param name="Actor">Part of the actor's id or name; empty for all.</param>
/// <param name="Action">Whole id of an action, or its beginning up to a dot, for example <c>user.</c>; empty for all.</param>
/// <param name="Target">Part of the target; empty for all.</param>
public sealed record AuditFilter(DateTimeOffset? From = null, DateTimeOffset? To = null, string Actor = "", string Action = "", string Target = "")
{
    public const int MaximumText = 255;

    public bool IsEmpty => this == new AuditFilter();
}

/// <summary>The place of an entry in the order of time; written as <c>TICKS-ID</c>.</summary>
public sealed record AuditPosition(DateTimeOffset At, Guid Id)
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out AuditPosition? position)
    {
        position = null;
        if (text is not { Length: > 33 and <= 52 } || text[^33] != '-') return false;
        if (!long.TryParse(text[..^33], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) || ticks > DateTime.MaxValue.Ticks) return false;
        if (!Guid.TryParseExact(text[^32..], "N", out var id)) return false;
        position = new AuditPosition(new DateTimeOffset(ticks, TimeSpan.Zero), id);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks}-{Id:N}");
}

/// <summary>An entry, and its leaf when it is in the Merkle log already.</summary>
public sealed record AuditFound(AuditRecord Entry, long? LeafIndex)
{
    public AuditPosition Position => new(Entry.At, Entry.Id);
}

/// <param name="Next">Where the next page begins; null after the last.</param>
public sealed record AuditPage(IReadOnlyList<AuditFound> Rows, AuditPosition? Next);

/// <summary>Finds entries of one tenant, newest first.</summary>
public sealed class AuditSearch(AkashiDatabase database)
{
    public const int MaximumPage = 1000;
    internal const int LongestSeconds = 10;

    // Text is compared by strpos on what the index on time leaves: it is not leakproof, so no index could serve it under row-level security.
    internal const string Conditions = """
        e.tenant_id = @tenant
        AND (@from::timestamptz IS NULL OR e.at >= @from) AND (@to::timestamptz IS NULL OR e.at < @to)
        AND (@action = '' OR CASE WHEN right(@action, 1) = '.' THEN starts_with(e.action, @action) ELSE e.action = @action END)
        AND (@actor = '' OR strpos(e.actor_key, @actor) > 0) AND (@target = '' OR strpos(e.target_key, @target) > 0)
        """;

    internal const string Find = $"""
        SELECT {AuditRows.Columns}, l.leaf_index FROM platform.audit_entry e
        LEFT JOIN platform.audit_leaf l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
        WHERE {Conditions} AND (@afterAt::timestamptz IS NULL OR (e.at, e.id) < (@afterAt, @afterId))
        ORDER BY e.at DESC, e.id DESC LIMIT @limit
        """;

    private const string One = $"""
        SELECT {AuditRows.Columns}, l.leaf_index FROM platform.audit_entry e
        LEFT JOIN platform.audit_leaf l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
        WHERE e.tenant_id = @tenant AND e.id = @id
        """;

    /// <param name="after">The last entry of the page before; null for the newest.</param>
    public async Task<Outcome<AuditPage>> FindAsync(TenantId tenant, AuditFilter filter, AuditPosition? after, int limit, CancellationToken cancellation)
    {
        limit = Math.Clamp(limit, 1, MaximumPage);
        await using var session = await database.OpenAsync(tenant, cancellation);
        var parameters = ParametersOf(tenant, filter, new { afterAt = after?.At, afterId = after?.Id, limit = limit + 1 });
        if (await QueryAsync<AuditRow>(session, Find, parameters, cancellation) is not { } rows) return new AuditSearchTooBroad(LongestSeconds);
        var found = rows.Take(limit).Select(row => new AuditFound(row.ToRecord(), row.LeafIndex)).ToList();
        return new AuditPage(found, rows.Count > limit ? found[^1].Position : null);
    }

    /// <summary>What <see cref="Conditions"/> name, and more.</summary>
    internal static DynamicParameters ParametersOf(TenantId tenant, AuditFilter filter, object more)
    {
        var all = new DynamicParameters(more);
        all.AddDynamicParams(new { tenant, from = filter.From, to = filter.To, actor = KeyOf(filter.Actor), action = AuditText.Clean(filter.Action, AuditFilter.MaximumText), target = KeyOf(filter.Target) });
        return all;
    }

    /// <returns>Null when it took too long, because the filter leaves too much to read.</returns>
    internal static async Task<IReadOnlyList<T>?> QueryAsync<T>(TenantSession session, string sql, DynamicParameters parameters, CancellationToken cancellation)
    {
        await session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SET LOCAL statement_timeout = '{LongestSeconds}s'"), cancellation: cancellation);
        try
        {
            return await session.QueryAsync<T>(sql, parameters, cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private static string KeyOf(string text) => AuditText.Fold(AuditText.Clean(text, AuditFilter.MaximumText));

    public async Task<AuditFound?> GetAsync(TenantId tenant, Guid id, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        return await session.QueryFirstOrDefaultAsync<AuditRow>(One, new { tenant, id }, cancellation) is { } row ? new AuditFound(row.ToRecord(), row.LeafIndex) : null;
    }

    /// <summary>The actions that the tenant's log knows, for choosing from; jumps through the index instead of reading all of it.</summary>
    public async Task<IReadOnlyList<string>> ActionsAsync(TenantId tenant, CancellationToken cancellation)
    {
        const string sql = """
            WITH RECURSIVE known AS (
                (SELECT action FROM platform.audit_entry WHERE tenant_id = @tenant ORDER BY action LIMIT 1)
                UNION ALL
                SELECT (SELECT action FROM platform.audit_entry WHERE tenant_id = @tenant AND action > known.action ORDER BY action LIMIT 1) FROM known WHERE known.action IS NOT NULL)
            SELECT action FROM known WHERE action IS NOT NULL LIMIT 500
            """;
        await using var session = await database.OpenAsync(tenant, cancellation);
        return await session.QueryAsync<string>(sql, new { tenant }, cancellation);
    }
}
