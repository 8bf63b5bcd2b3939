using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Endpoints.Terminals;

internal enum TerminalSort
{
    ComputerName,
    LastSeen,
    Registered,
}

/// <param name="Search">Start of a computer name (folded) or a whole TMID; null for all.</param>
/// <param name="Page">From 1.</param>
/// <param name="PageSize">1 to 1 000.</param>
internal sealed record TerminalListRequest(string? Search, TerminalSort Sort, bool Descending, int Page, int PageSize);

internal sealed record TerminalRow(
    string Tmid, string Kind, string ComputerName, string OperatingSystem, string AgentVersion,
    DateTimeOffset RegisteredAt, DateTimeOffset? LastSeenAt, long RejectedBatches);

internal sealed record TerminalPage(IReadOnlyList<TerminalRow> Rows, long Total);

/// <summary>Lists the terminals of a tenant.</summary>
internal sealed class TerminalDirectory(AkashiDatabase database)
{
    public const int MaximumPageSize = 1000;

    private sealed class Record
    {
        public string Tmid { get; init; } = "";
        public string Kind { get; init; } = "";
        public string ComputerName { get; init; } = "";
        public string OperatingSystem { get; init; } = "";
        public string AgentVersion { get; init; } = "";
        public DateTime RegisteredAt { get; init; }
        public DateTime? LastSeenAt { get; init; }
        public long RejectedBatches { get; init; }
        public long Total { get; init; }
    }

    public async Task<TerminalPage> ListAsync(TenantId tenant, TerminalListRequest request, CancellationToken cancellation)
    {
        var order = (request.Sort, request.Descending) switch
        {
            (TerminalSort.ComputerName, false) => "computer_key, tmid",
            (TerminalSort.ComputerName, true) => "computer_key DESC, tmid",
            (TerminalSort.LastSeen, false) => "last_seen_at NULLS FIRST, tmid",
            (TerminalSort.LastSeen, true) => "last_seen_at DESC NULLS LAST, tmid",
            (TerminalSort.Registered, false) => "registered_at, tmid",
            (TerminalSort.Registered, true) => "registered_at DESC, tmid",
            _ => throw new ArgumentOutOfRangeException(nameof(request), request.Sort, "unknown sort"),
        };
        // A range on the folded key instead of LIKE: pattern operators are not leakproof and would not use the index under row-level security.
        var sql = $"""
            SELECT tmid, kind, computer_name, operating_system, agent_version, registered_at, last_seen_at, rejected_batches,
                   count(*) OVER () AS total
            FROM endpoints.terminal
            WHERE tenant_id = @tenant AND (@from::text IS NULL OR (computer_key >= @from AND computer_key < @until) OR tmid = @search)
            ORDER BY {order} LIMIT @size OFFSET @skip
            """;
        var search = string.IsNullOrWhiteSpace(request.Search) ? null : request.Search.Trim();
        var from = search is null ? null : SearchKey.Of(search);
        await using var session = await database.OpenAsync(tenant, cancellation);
        var records = await session.QueryAsync<Record>(sql, new
        {
            tenant,
            from,
            until = from is null ? null : from + char.MaxValue,
            search,
            size = Math.Clamp(request.PageSize, 1, MaximumPageSize),
            skip = (Math.Max(request.Page, 1) - 1L) * request.PageSize,
        }, cancellation);
        return new TerminalPage(
            [.. records.Select(row => new TerminalRow(row.Tmid, row.Kind, row.ComputerName, row.OperatingSystem, row.AgentVersion, Instant(row.RegisteredAt), row.LastSeenAt is { } seen ? Instant(seen) : null, row.RejectedBatches))],
            records.Count > 0 ? records[0].Total : 0);
    }

    private static DateTimeOffset Instant(DateTime utc) => new(DateTime.SpecifyKind(utc, DateTimeKind.Utc));
}
