using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Pages;
using Akashi.Traces.Query;
using Akashi.Traces.Search;

namespace Akashi.Traces.Saved;

/// <summary>A search that somebody keeps.</summary>
/// <param name="OwnerId">User id of whoever saved it.</param>
/// <param name="Last">A length of time back from now, <c>all</c> for all times; null when times are given.</param>
/// <param name="Shared">Everybody of the tenant who may search sees it; else its owner alone.</param>
internal sealed record SavedSearch(
    Guid Id, string OwnerId, string OwnerName, string Name, string Query, string? Last, DateTimeOffset? From, DateTimeOffset? To, bool OldestFirst, bool Shared, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt)
{
    public const int MaximumName = 100;

    public TraceAddress Address => new() { Query = Query, Last = Last, From = From, To = To, Oldest = OldestFirst };

    /// <summary>Operators come from another tenant, where the same user id is somebody else.</summary>
    public bool IsOf(Caller caller) => caller.OperatorOf is null && caller.Subject == OwnerId;

    public bool MayBeChangedBy(Caller caller) =>
        caller.Permissions.Contains(Permission.TracesSave) && (IsOf(caller) || Shared && caller.Permissions.Contains(Permission.SettingsManage));

    /// <summary>What the audit log keeps.</summary>
    public object Audited => new { Name, Query, Last, From, To, OldestFirst, Shared };
}

/// <summary>What a saved search is to be.</summary>
/// <param name="Last">One of the quick ranges, <c>10m 1h 24h 7d all</c>; leave out when times are given. Neither is the last 24 hours.</param>
/// <param name="Order"><c>newest</c> or <c>oldest</c>.</param>
internal sealed record SavedSearchDraft(string? Name, string? Query, string? Last, DateTimeOffset? From, DateTimeOffset? To, string? Order, bool? Shared)
{
    /// <returns>What is wrong with it, or it as a search of the caller's without an id.</returns>
    public Outcome<SavedSearch> Check(Caller caller)
    {
        var (name, query) = (Name?.Trim() ?? "", Query?.Trim() is { Length: > 0 } text ? text : "*");
        if (name.Length is 0 or > SavedSearch.MaximumName || name.Any(char.IsControl)) return new SavedSearchNameInvalid(name);
        if (!QueryParser.TryParse(query, out _, out var error)) return new QueryInvalid(error);
        var last = string.IsNullOrEmpty(Last) ? From is null && To is null ? TraceAddress.DefaultRange : null : Last;
        if (last is not null && !TraceAddress.QuickRanges.Contains(last, StringComparer.Ordinal)) return new FieldInvalid("last", last, string.Join(", ", TraceAddress.QuickRanges));
        if (last is not null && (From is not null || To is not null)) return new FieldInvalid("last", last, "not beside from or to");
        if (From >= To) return new FieldInvalid("to", $"{To:yyyy-MM-dd'T'HH:mm:sszzz}", "after from");
        if (Order is not (null or "" or "newest" or "oldest")) return new FieldInvalid("order", Order, "newest, oldest");
        return new SavedSearch(Guid.Empty, caller.Subject, caller.DisplayName, name, query, last, From?.ToUniversalTime(), To?.ToUniversalTime(), Order == "oldest", Shared ?? false, default, default);
    }
}
