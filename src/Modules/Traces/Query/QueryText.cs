using Akashi.Traces.Contracts.Predicates;

namespace Akashi.Traces.Query;

/// <summary>Changes the text of a query as the links of a page do; what a person typed stays as it is.</summary>
internal static class QueryText
{
    private const int MaximumRepairs = 5;

    /// <summary>The query narrowed to a value of a field, or to the others.</summary>
    /// <param name="value">Null when the field is absent.</param>
    /// <returns>Null when the query cannot be read, or would become too long.</returns>
    public static string? With(string query, string field, string? value, bool exclude)
    {
        if (field.Length == 0 || HasControl(field) || value is not null && HasControl(value)) return null;
        if (!QueryParser.TryParse(query, out var predicate, out _)) return null;
        Predicate condition = value is null ? new Not(FieldThere(field)) : new FieldEquals(field, value);
        if (exclude) condition = condition is Not not ? not.Term : new Not(condition);
        var term = QueryPrinter.Print(condition);
        if (predicate is AllTraces) return Readable(term);
        return Readable(predicate is Or ? $"({query.Trim()}) {term}" : $"{query.Trim()} {term}");
    }

    /// <summary>The query with its faults mended as the errors propose.</summary>
    /// <returns>Null when it still could not be read.</returns>
    public static string? Repaired(string query)
    {
        var text = query;
        for (var i = 0; i < MaximumRepairs; i++)
        {
            if (QueryParser.TryParse(text, out _, out var error)) return text == query ? null : text;
            if (Mend(text, error) is not { } mended) return null;
            text = mended;
        }
        return Readable(text);
    }

    /// <summary>The query with a hint taken.</summary>
    public static string Renamed(string query, QueryHint hint)
    {
        var start = QueryParser.IndexOf(query, hint.Column);
        var (end, quoted) = (start, false);
        while (end < query.Length && (quoted || query[end] != ':')) quoted ^= query[end++] == '"';
        var name = new System.Text.StringBuilder();
        QueryPrinter.PrintField(hint.Nearest, name);
        return $"{query[..start]}{name}{query[Math.Min(end + 1, query.Length)..]}";
    }

    private static string? Mend(string text, QueryError error)
    {
        var at = QueryParser.IndexOf(text, error.Column);
        var (wrong, fix) = (error.Offending, error.Fix);
        if (fix is null || wrong.Length >= QueryParser.MaxShown) return null;
        switch (error.Id)
        {
            case QueryError.RegexInvalid or QueryError.RegexUnsupported:
                return null; // the proposal is about a part of it
            case QueryError.UnclosedRegex or QueryError.RegexFlags:
                wrong = fix.Trim('"'); // the whole word is to be quoted
                at = text.LastIndexOf(wrong, Math.Min(at + error.Offending.Length, text.Length) - 1, StringComparison.Ordinal);
                break;
            case QueryError.ParenthesisInValue:
                at = text.LastIndexOf(wrong, Math.Min(at + wrong.Length, text.Length) - 1, StringComparison.Ordinal);
                break;
            case QueryError.ValueMissing when fix.StartsWith(wrong, StringComparison.Ordinal):
                var next = at + wrong.Length;
                while (next < text.Length && char.IsWhiteSpace(text[next])) next++;
                // The word behind was meant as the value.
                if (text.AsSpan(next).StartsWith(fix.AsSpan(wrong.Length))) return $"{text[..at]}{fix}{text[(next + fix.Length - wrong.Length)..]}";
                break;
        }
        return at < 0 || !text.AsSpan(at).StartsWith(wrong) ? null : $"{text[..at]}{fix}{text[(at + wrong.Length)..]}";
    }

    private static FieldLike FieldThere(string field) => new(field, WildcardPattern.TryCreate([PatternPart.Any])!);

    private static string? Readable(string text) => QueryParser.TryParse(text, out _, out _) ? text : null;

    private static bool HasControl(string text) => text.Any(char.IsControl);
}
