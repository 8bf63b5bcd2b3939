using System.Text;

namespace Akashi.Traces.Query;

/// <summary>What is being written at a caret. Reads also what is not yet a query: quotes, groups and expressions may be open.</summary>
/// <param name="Field">The field whose value is being written; null when it is a field name or a word.</param>
/// <param name="Start">Where what is being written begins.</param>
/// <param name="InGroup">Inside <c>field:( … )</c>.</param>
/// <param name="InRegex">Inside a regular expression, where nothing is to be proposed.</param>
internal readonly record struct CaretContext(string? Field, int Start, bool InGroup, bool InRegex)
{
    public static CaretContext At(string text, int caret)
    {
        string? group = null;
        var (depth, groupDepth) = (0, 0);
        for (var at = 0; at < caret;)
        {
            var c = text[at];
            if (c == '(') depth++;
            else if (c == ')' && depth > 0 && --depth < groupDepth) (group, groupDepth) = (null, 0);
            if (c is '(' or ')' or '-' || char.IsWhiteSpace(c))
            {
                at++;
                continue;
            }
            var (field, start) = (group, at);
            if (c == '/')
            {
                at = AfterRegex(text, at, caret);
                if (at > caret) return new CaretContext(field, start, group is not null, InRegex: true);
            }
            else if (group is null && Colon(text, at, caret) is var colon and >= 0)
            {
                (field, start, at) = (Unquoted(text[at..colon]), colon + 1, colon + 1);
                if (at < caret && text[at] == '(')
                {
                    (group, groupDepth) = (field, ++depth);
                    at++;
                    continue;
                }
                if (at < caret && text[at] == '/')
                {
                    at = AfterRegex(text, at, caret);
                    if (at > caret) return new CaretContext(field, start, false, InRegex: true);
                }
            }
            var end = EndOfTerm(text, at, caret);
            if (end >= caret) return new CaretContext(field, start, group is not null, InRegex: false);
            at = end;
        }
        return new CaretContext(group, caret, group is not null, InRegex: false);
    }

    /// <summary>Where a term ends that goes on at an index: before a space or a closing parenthesis outside of quotes.</summary>
    public static int EndOfTerm(string text, int at, int limit)
    {
        var quoted = false;
        for (; at < limit; at++)
        {
            if (text[at] == '"') quoted = !quoted;
            else if (!quoted && (char.IsWhiteSpace(text[at]) || text[at] == ')')) break;
        }
        return at;
    }

    public static string Unquoted(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '"') plain.Append(text[i]);
            else if (i + 1 < text.Length && text[i + 1] == '"' && i > 0) plain.Append(text[++i]);
        }
        return plain.ToString();
    }

    private static int Colon(string text, int at, int limit)
    {
        var quoted = false;
        for (; at < limit; at++)
        {
            if (text[at] == '"') quoted = !quoted;
            else if (quoted) continue;
            else if (text[at] == ':') return at;
            else if (char.IsWhiteSpace(text[at]) || text[at] == ')') return -1;
        }
        return -1;
    }

    /// <returns>Behind the closing slash; more than <paramref name="limit"/> when there is none before it.</returns>
    private static int AfterRegex(string text, int at, int limit)
    {
        for (at++; at < limit; at++)
        {
            if (text[at] == '/') return at + 1;
            if (text[at] == '\\') at++;
        }
        return limit + 1;
    }
}
