using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Query;

namespace Akashi.Traces.ClickHouse;

/// <summary>
/// Patterns for ClickHouse's <c>match</c> (RE2), over ASCII texts that hold no line feed. Each part that stands for one character is asked of the runtime for
/// all 128 of them, so that sets mean the same there. Characters that are special stand in brackets: the oldest server misreads escapes when it looks for literals.
/// </summary>
internal static class RegexSql
{
    private const string Never = @"[^\x00-\x7F]";

    /// <returns>Fits the same ASCII texts as the expression does.</returns>
    public static string Of(RegexPattern pattern)
    {
        var text = new StringBuilder();
        Write(pattern.Root, pattern.IgnoreCase, text);
        return text.ToString();
    }

    /// <summary>A whole folded value that fits; <c>?</c> is one character of UTF-8 there, too.</summary>
    public static string Of(WildcardPattern pattern)
    {
        var text = new StringBuilder("^");
        foreach (var part in pattern.Parts)
        {
            if (part.Kind == PatternKind.Any) text.Append(".*");
            else if (part.Kind == PatternKind.One) text.Append('.');
            else Literal(Encoding.UTF8.GetString(Folder.Fold(part.Text)), text);
        }
        return text.Append('$').ToString();
    }

    private static void Write(RegexNode node, bool ignoreCase, StringBuilder to)
    {
        switch (node)
        {
            case RegexLiteral literal:
                var characters = RegexText.Of(literal, ignoreCase);
                if (Ascii.IsValid(characters)) Literal(characters, to);
                else to.Append(Never);
                break;
            case RegexAtom { Written: "^" or "$" or @"\b" or @"\B" or @"\A" or @"\z" } anchor:
                to.Append(anchor.Written);
                break;
            case RegexAtom or RegexClass:
                Set(node, ignoreCase, to);
                break;
            default:
                RegexText.WriteParts(node, to, part => Write(part, ignoreCase, to));
                break;
        }
    }

    private static void Set(RegexNode node, bool ignoreCase, StringBuilder to)
    {
        var one = new Regex($@"\A(?:{RegexText.Runnable(node, ignoreCase)})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        var set = new StringBuilder();
        for (var c = 0; c < 128; c++)
        {
            if (one.IsMatch(((char)c).ToString())) set.Append(CultureInfo.InvariantCulture, $"\\x{c:X2}");
        }
        if (set.Length == 0) to.Append(Never);
        else to.Append('[').Append(set).Append(']');
    }

    private static void Literal(string text, StringBuilder to)
    {
        foreach (var c in text)
        {
            if (c >= 0x80 || char.IsAsciiLetterOrDigit(c) || c is ' ' or '_' or '-' or ':' or '/' or ',' or '=') to.Append(c);
            else to.Append(CultureInfo.InvariantCulture, $"[\\x{(int)c:X2}]");
        }
    }
}
