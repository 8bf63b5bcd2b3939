namespace Akashi.Traces.Query;

/// <summary>A field that nobody knows, perhaps mistyped. No error: terminals may send any field.</summary>
/// <param name="Column">Where it stands, counted in characters from 1.</param>
/// <param name="Nearest">The known field that was perhaps meant.</param>
internal sealed record QueryHint(int Column, string Field, string Nearest);

/// <summary>What to tell somebody whose query can be read but may not mean what was meant.</summary>
internal static class QueryHints
{
    /// <param name="mentions">From <see cref="QueryParser.TryParse(string, out Contracts.Predicates.Predicate?, out QueryError?, out IReadOnlyList{FieldMention}, int)"/>.</param>
    /// <param name="known">Known field names, the most wanted first.</param>
    public static IReadOnlyList<QueryHint> Of(string text, IReadOnlyList<FieldMention> mentions, IReadOnlyList<string> known)
    {
        var folded = known.Select(Chars).ToList();
        var hints = new List<QueryHint>();
        foreach (var mention in mentions.DistinctBy(mention => mention.Name, StringComparer.Ordinal))
        {
            var name = Chars(mention.Name);
            var (best, least) = (-1, 1 + name.Length / 3);
            foreach (var (index, other) in folded.Index())
            {
                if (Math.Abs(other.Length - name.Length) > least) continue;
                var distance = Distance(name, other);
                if (distance > least || distance == least && best >= 0) continue;
                (best, least) = (index, distance);
                if (distance == 0) break;
            }
            if (best >= 0 && least > 0) hints.Add(new QueryHint(QueryParser.ColumnOf(text, mention.Start), mention.Name, known[best]));
        }
        return hints;
    }

    private static string Chars(string name) => System.Text.Encoding.UTF8.GetString(Folder.Fold(name));

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that make one of the other.</summary>
    private static int Distance(string one, string other)
    {
        var (before, last, row) = (new int[other.Length + 1], new int[other.Length + 1], new int[other.Length + 1]);
        for (var j = 0; j < last.Length; j++) last[j] = j;
        for (var i = 1; i <= one.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var same = one[i - 1] == other[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + same);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
            (before, last, row) = (last, row, before);
        }
        return last[other.Length];
    }
}
