namespace Akashi.Traces.ClickHouse;

/// <summary>
/// A condition as far as ClickHouse can say it: rows of which it surely holds, and rows of which it may hold. Where the two differ, what is in between is
/// looked at here, row by row.
/// </summary>
internal readonly record struct SqlBounds(string Surely, string Perhaps)
{
    public const string True = "1";
    public const string False = "0";

    public static readonly SqlBounds Unknown = new(False, True);

    public bool IsExact => string.Equals(Surely, Perhaps, StringComparison.Ordinal);

    public static SqlBounds Exactly(string condition) => new(condition, condition);

    public static SqlBounds operator !(SqlBounds one) => new(Not(one.Perhaps), Not(one.Surely));

    public static SqlBounds All(IReadOnlyList<SqlBounds> terms) => new(And(terms.Select(term => term.Surely)), And(terms.Select(term => term.Perhaps)));

    public static SqlBounds Any(IReadOnlyList<SqlBounds> terms) => new(Or(terms.Select(term => term.Surely)), Or(terms.Select(term => term.Perhaps)));

    public static string And(params IEnumerable<string> terms)
    {
        var list = terms.Where(term => term != True).ToList();
        return list.Contains(False) ? False : list.Count == 0 ? True : $"({string.Join(" AND ", list)})";
    }

    public static string Or(params IEnumerable<string> terms)
    {
        var list = terms.Where(term => term != False).ToList();
        return list.Contains(True) ? True : list.Count == 0 ? False : $"({string.Join(" OR ", list)})";
    }

    public static string Not(string term) => term switch
    {
        True => False,
        False => True,
        _ => $"(NOT {term})",
    };
}
