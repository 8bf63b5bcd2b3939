using System.Globalization;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Akashi.Traces.Pages;

/// <summary>
/// What the address of the search page says: everything that decides what is shown, so that a view can be shared. A quick range
/// (<c>last</c>) is told from times given by hand (<c>from</c>, <c>to</c>).
/// </summary>
internal sealed record TraceAddress
{
    public const string DefaultRange = "24h";
    public const string AllTimes = "all";
    private const int DefaultLimit = 100;
    private const int MaximumLimit = 500;
    private const int MaximumTrail = 10;
    private const int DefaultTop = 20;
    private const int MaximumBy = 2;
    private const int MaximumName = 128;
    private const string GroupView = "groups";
    private const string OldestFirst = "oldest";
    private const char TrailSeparator = '~';

    private static readonly Dictionary<string, TimeSpan> Ranges = new(StringComparer.Ordinal)
    {
        ["10m"] = TimeSpan.FromMinutes(10), ["1h"] = TimeSpan.FromHours(1), ["24h"] = TimeSpan.FromHours(24), ["7d"] = TimeSpan.FromDays(7),
    };

    public static IReadOnlyList<int> Tops => [DefaultTop, 100, 1000];

    public static IReadOnlyList<string> QuickRanges => ["10m", "1h", "24h", "7d", AllTimes];

    public required string Query { get; init; }

    /// <summary>One of <see cref="QuickRanges"/>, or null when times are given by hand.</summary>
    public string? Last { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    public int Limit { get; init; } = DefaultLimit;

    public bool Oldest { get; init; }

    /// <summary>Whether groups are shown instead of the traces.</summary>
    public bool Grouped { get; init; }

    /// <summary>The fields to group by, at most two; none yet when empty.</summary>
    public IReadOnlyList<string> By { get; init; } = [];

    /// <summary>The field whose numbers are added up in each group; null for none.</summary>
    public string? Sum { get; init; }

    /// <summary>How many groups are shown.</summary>
    public int Top { get; init; } = DefaultTop;

    public string? After { get; init; }

    /// <summary>Where the newer pages began, so that one can go back to them.</summary>
    public IReadOnlyList<string> Trail { get; init; } = [];

    public static TraceAddress Read(IQueryCollection query)
    {
        var from = Jst.TryParseInput(query["from"], out var begin) ? begin : (DateTimeOffset?)null;
        var to = Jst.TryParseInput(query["to"], out var end) ? end : (DateTimeOffset?)null;
        // A pressed range button wins over typed times; the range that was shown before only stands when none were typed.
        var last = Known(query["last"]) ?? (from is null && to is null ? Known(query["keep"]) ?? DefaultRange : null);
        var text = query["q"].ToString().Trim();
        return new TraceAddress
        {
            Query = text.Length == 0 ? "*" : text,
            Last = last,
            From = last is null ? from : null,
            To = last is null ? to : null,
            Limit = int.TryParse(query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? Math.Clamp(limit, 1, MaximumLimit) : DefaultLimit,
            After = query["after"].ToString() is { Length: > 0 } after ? after : null,
            Trail = query["trail"].ToString() is { Length: > 0 } trail ? [.. trail.Split(TrailSeparator).TakeLast(MaximumTrail)] : [],
            Oldest = query["order"] == OldestFirst,
            Grouped = query["view"] == GroupView,
            By = [.. query["by"].Select(Name).OfType<string>().Distinct(StringComparer.Ordinal).Take(MaximumBy)],
            Sum = Name(query["sum"]),
            Top = int.TryParse(query["top"], NumberStyles.None, CultureInfo.InvariantCulture, out var top) && Tops.Contains(top) ? top : DefaultTop,
        };
    }

    /// <summary>The times that the address means now.</summary>
    public (DateTimeOffset? From, DateTimeOffset? To) Resolve(DateTimeOffset now) =>
        Last is not null && Ranges.TryGetValue(Last, out var range) ? (now - range, null) : (From, To);

    public TraceAddress WithQuery(string query) => this with { Query = query, After = null, Trail = [] };

    public TraceAddress WithTimes(DateTimeOffset from, DateTimeOffset to) => this with { Last = null, From = from, To = to, After = null, Trail = [] };

    public TraceAddress Rows() => this with { Grouped = false, After = null, Trail = [] };

    public TraceAddress Groups(params IReadOnlyList<string> by) => this with { Grouped = true, By = by, After = null, Trail = [] };

    public TraceAddress Ordered(bool oldest) => this with { Oldest = oldest, After = null, Trail = [] };

    public TraceAddress Older(string next) => this with { After = next, Trail = [.. Trail.Append(After ?? "").TakeLast(MaximumTrail)] };

    /// <summary>Null on the newest page.</summary>
    public TraceAddress? Newer() => (After, Trail) switch
    {
        (null, _) => null,
        (_, [.., var back]) => this with { After = back.Length == 0 ? null : back, Trail = [.. Trail.SkipLast(1)] },
        _ => this with { After = null },
    };

    public string ToPage() => AddressOf(TracesPages.Path);

    /// <summary>The form that saves this search.</summary>
    public string ToSave() => (Rows() with { By = [], Sum = null, Top = DefaultTop, Limit = DefaultLimit }).AddressOf(Saved.SavedSearchPages.Path + "/add");

    /// <summary>The same query on traces as they are received.</summary>
    public string ToTail() => AddressOf(TracesPages.Path + "/tail");

    public string ToRow(string id) => AddressOf($"{TracesPages.Path}/row/{Uri.EscapeDataString(id)}");

    /// <summary>What a download asks for: the times are fixed, so that the file holds what the page shows.</summary>
    public IEnumerable<KeyValuePair<string, string?>> ExportParameters(DateTimeOffset now)
    {
        var (from, to) = Resolve(now);
        yield return new("q", Query);
        if (from is { } begin) yield return new("from", begin.ToString("O", CultureInfo.InvariantCulture));
        if (to is { } end) yield return new("to", end.ToString("O", CultureInfo.InvariantCulture));
    }

    /// <summary>Address of the groups as a file.</summary>
    public string ToGroupsFile(DateTimeOffset now) => QueryHelpers.AddQueryString($"{TracesPages.Path}/groups.csv", ExportParameters(now).Concat(GroupParameters()));

    private string AddressOf(string path)
    {
        var parameters = new List<KeyValuePair<string, string?>> { new("q", Query) };
        if (Last is not null) parameters.Add(new("last", Last));
        if (From is { } from) parameters.Add(new("from", InputOf(from)));
        if (To is { } to) parameters.Add(new("to", InputOf(to)));
        if (Limit != DefaultLimit) parameters.Add(new("limit", Limit.ToString(CultureInfo.InvariantCulture)));
        if (Oldest) parameters.Add(new("order", OldestFirst));
        if (Grouped) parameters.Add(new("view", GroupView));
        parameters.AddRange(GroupParameters());
        if (After is not null) parameters.Add(new("after", After));
        if (Trail.Count > 0) parameters.Add(new("trail", string.Join(TrailSeparator, Trail)));
        return QueryHelpers.AddQueryString(path, parameters);
    }

    private IEnumerable<KeyValuePair<string, string?>> GroupParameters()
    {
        foreach (var field in By) yield return new("by", field);
        if (Sum is not null) yield return new("sum", Sum);
        if (Top != DefaultTop) yield return new("top", Top.ToString(CultureInfo.InvariantCulture));
    }

    private static string? Name(string? text) => text?.Trim() is { Length: > 0 and <= MaximumName } name ? name : null;

    private static string InputOf(DateTimeOffset time) =>
        time.Millisecond == 0 ? Jst.Input(time) : Jst.Input(time) + time.ToString("'.'fff", CultureInfo.InvariantCulture);

    private static string? Known(string? range) => range is not null && (range == AllTimes || Ranges.ContainsKey(range)) ? range : null;
}
