using Akashi.Platform.Errors;
using Akashi.Portal.Contracts;
using Akashi.Traces.Pages;
using Akashi.Traces.Search;

namespace Akashi.Traces.Export;

/// <summary>A column of a table: something that the search page shows, or a field.</summary>
internal sealed record TableColumn(string Name, string Title, Func<TraceRow, TraceSummary, string> Of);

/// <summary>The columns of a table, chosen by name.</summary>
internal static class TableColumns
{
    public const int Most = 50;
    private const int LongestName = 128;

    /// <summary>Those that the search page shows.</summary>
    public static readonly IReadOnlyList<string> Shown = ["time", "computer", "tmid", "kind", "process", "what", "user", "line"];

    public static Outcome<IReadOnlyList<TableColumn>> Read(string? columns)
    {
        var names = (columns ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length > Most || names.Any(name => name.Length > LongestName || name.Any(char.IsControl))) return new FieldInvalid("columns", columns, $"1–{Most}: {string.Join(',', Shown)}, field");
        return (names.Length == 0 ? Shown : names).Select(Of).ToList();
    }

    private static TableColumn Of(string name) => name switch
    {
        "time" => new(name, Text.Of["Time"], (row, _) => Jst.Millisecond(row.Time)),
        "computer" => new(name, Text.Of["Computer"], (_, summary) => summary.Computer),
        "tmid" => new(name, Text.Of["Tmid"], (row, _) => row.Tmid),
        "kind" => new(name, Text.Of["Kind"], (_, summary) => summary.Kind),
        "process" => new(name, Text.Of["Process"], (_, summary) => summary.Process),
        "what" => new(name, Text.Of["What"], (_, summary) => summary.What),
        "user" => new(name, Text.Of["User"], (_, summary) => summary.User),
        "line" => new(name, Text.Of["OriginalLine"], (row, _) => row.Line.TrimEnd('\r', '\n')),
        // Of a field that a trace has more than once, all values.
        _ => new(name, name, (row, _) => string.Join(" | ", row.Fields.Where(field => string.Equals(field.Key, name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value))),
    };
}
