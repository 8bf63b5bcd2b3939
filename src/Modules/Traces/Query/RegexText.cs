using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Akashi.Traces.Contracts.Predicates;

namespace Akashi.Traces.Query;

/// <summary>Writes regular expressions: as a query has them, and as the runtime reads them.</summary>
internal static class RegexText
{
    public static string Print(RegexPattern pattern)
    {
        var text = new StringBuilder();
        Print(pattern, text);
        return text.ToString();
    }

    public static void Print(RegexPattern pattern, StringBuilder to)
    {
        to.Append('/');
        foreach (var pair in Pairs(pattern.Text)) to.Append(pair is "/" ? "\\/" : pair);
        to.Append(pattern.IgnoreCase ? "/i" : "/");
    }

    public static string WithoutEscapedSlashes(string text) => string.Concat(Pairs(text).Select(pair => pair is "\\/" ? "/" : pair));

    /// <summary>
    /// What the runtime is given. With <paramref name="ignoreCase"/> literals are folded as values are, and matched exactly: the runtime's own notion of
    /// case would find values that the index does not have them under. Only classes are left to it.
    /// </summary>
    public static string Runnable(RegexNode root, bool ignoreCase)
    {
        var text = new StringBuilder();
        Write(root, ignoreCase, text);
        return text.ToString();
    }

    /// <summary>A literal as it stands in the text that the expression runs over.</summary>
    public static string Of(RegexLiteral literal, bool ignoreCase)
    {
        var bytes = Encoding.UTF8.GetBytes(literal.Text);
        return Encoding.UTF8.GetString(ignoreCase ? new Folder().Fold(bytes) : new Folder().Compose(bytes));
    }

    /// <summary>What stands around the parts of a sequence, choice or repetition: the same in every dialect.</summary>
    public static void WriteParts(RegexNode node, StringBuilder to, Action<RegexNode> write)
    {
        switch (node)
        {
            case RegexSequence sequence:
                foreach (var part in sequence.Nodes) write(part);
                break;
            case RegexChoice choice:
                to.Append("(?:");
                foreach (var (index, part) in choice.Nodes.Index())
                {
                    if (index > 0) to.Append('|');
                    write(part);
                }
                to.Append(')');
                break;
            case RegexRepeat repeat:
                to.Append("(?:");
                write(repeat.Node);
                to.Append(CultureInfo.InvariantCulture, $"){{{repeat.Least},{repeat.Most}}}");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(node), node, "Unknown part of a regular expression.");
        }
    }

    private static void Write(RegexNode node, bool ignoreCase, StringBuilder to)
    {
        switch (node)
        {
            case RegexLiteral literal:
                to.Append(Regex.Escape(Of(literal, ignoreCase)));
                break;
            case RegexAtom atom:
                to.Append(atom.Written);
                break;
            case RegexClass set:
                to.Append(ignoreCase ? "(?i:" : "(?:");
                WriteClass(set, ignoreCase, to);
                to.Append(')');
                break;
            default:
                WriteParts(node, to, part => Write(part, ignoreCase, to));
                break;
        }
    }

    private static void WriteClass(RegexClass set, bool ignoreCase, StringBuilder to)
    {
        to.Append(set.Negated ? "[^" : "[");
        foreach (var item in set.Items)
        {
            if (item.Named is not null)
            {
                to.Append(item.Named);
                continue;
            }
            var isOne = item.First == item.Last;
            var (first, last) = ignoreCase ? (Folded(item.First, isOne, set), Folded(item.Last, isOne, set)) : (item.First, item.Last);
            if (last < first) throw new RegexRefusedException(new RegexRefusal(QueryError.RegexInvalid, set.Index));
            to.Append(CultureInfo.InvariantCulture, $"\\u{(int)first:X4}");
            if (!isOne) to.Append(CultureInfo.InvariantCulture, $"-\\u{(int)last:X4}");
        }
        to.Append(']');
    }

    /// <summary>Full-width and half-width forms do not occur in folded text; the ends of other ranges stay, for the order of what is between them.</summary>
    private static char Folded(char c, bool isOne, RegexClass set)
    {
        if (c < 0x80 || !isOne && c is < '\uFF01' or > '\uFFEF') return c;
        var folded = Encoding.UTF8.GetString(Folder.Fold(c.ToString()));
        return folded.Length == 1 ? folded[0] : throw new RegexRefusedException(new RegexRefusal(QueryError.RegexUnsupported, set.Index));
    }

    /// <summary>The pattern cut into characters and backslashes with what they stand before.</summary>
    private static IEnumerable<string> Pairs(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length) yield return text.Substring(i++, 2);
            else yield return text[i].ToString();
        }
    }
}
