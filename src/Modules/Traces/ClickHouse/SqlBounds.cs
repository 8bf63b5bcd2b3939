namespace Akashi.Traces.ClickHouse;

/// <summary>A condition as far as ClickHouse can say it. Where it cannot, rows are looked at here, one by one.</summary>
/// <param name="Surely">Rows of which it holds for certain.</param>
/// <param name="Perhaps">Rows of which it may hold.</param>
/// <param name="Open">Cheap to ask; all rows between the two are among these.</param>
internal readonly record struct SqlBounds(string Surely, string Perhaps, string Open)
{
    public const string True = "1";
    public const string False = "0";
    private const string Negated = "(NOT ";

    public static readonly SqlBounds Unknown = new(False, True, True);

    public bool IsExact => Open == False;

    public static SqlBounds Exactly(string condition) => new(condition, condition, False);

    /// <summary>Holds of the first, and may hold of others that are open.</summary>
    public static SqlBounds WithOpen(string surely, string open) => new(surely, Or(surely, open), open);

    public static SqlBounds operator !(SqlBounds one) => new(Not(one.Perhaps), Not(one.Surely), one.Open);

    // A row that is open in no term is certain in the whole.
    public static SqlBounds All(IReadOnlyList<SqlBounds> terms) => new(And(terms.Select(term => term.Surely)), And(terms.Select(term => term.Perhaps)), Or(terms.Select(term => term.Open)));

    public static SqlBounds Any(IReadOnlyList<SqlBounds> terms) => new(Or(terms.Select(term => term.Surely)), Or(terms.Select(term => term.Perhaps)), Or(terms.Select(term => term.Open)));

    public static string And(params IEnumerable<string> terms)
    {
        var list = terms.Where(term => term != True).ToList();
        return list.Contains(False) ? False : list.Count == 0 ? True : $"({string.Join(" AND ", list)})";
    }

    public static string Or(params IEnumerable<string> terms)
    {
        var list = terms.Where(term => term != False).Distinct(StringComparer.Ordinal).ToList();
        return list.Contains(True) ? True : list.Count == 0 ? False : $"({string.Join(" OR ", list)})";
    }

    public static string Not(string term) => term switch
    {
        True => False,
        False => True,
        _ when term.StartsWith(Negated, StringComparison.Ordinal) => term[Negated.Length..^1], // a cluster of the oldest version trips over two of them
        _ => $"(NOT {term})",
    };
}
