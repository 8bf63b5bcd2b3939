using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Query.Operators;

namespace Akashi.Traces.Query;

/// <summary>Writes a predicate as text that <see cref="QueryParser"/> reads as the same tree.</summary>
internal static class QueryPrinter
{
    private const string Special = "()\"*?";

    public static string Print(Predicate predicate)
    {
        var text = new StringBuilder();
        PrintOpen(predicate, text);
        return text.ToString();
    }

    /// <summary>As an operand: in parentheses where it would else be read as part of what stands beside it.</summary>
    public static void PrintTerm(Predicate predicate, StringBuilder to)
    {
        if (predicate is not (And or Or))
        {
            PrintOpen(predicate, to);
            return;
        }
        to.Append('(');
        PrintOpen(predicate, to);
        to.Append(')');
    }

    public static void PrintOpen(Predicate predicate, StringBuilder to)
    {
        switch (predicate)
        {
            case AllTraces:
                to.Append('*');
                break;
            case And and:
                AndOperator.Print(and, to);
                break;
            case Or or:
                OrOperator.Print(or, to);
                break;
            case Not not:
                NotOperator.Print(not, to);
                break;
            case FieldEquals equals:
                FieldEqualsOperator.Print(equals, to);
                break;
            case FieldLike like:
                FieldLikeOperator.Print(like, to);
                break;
            case Phrase phrase:
                PhraseOperator.Print(phrase, to);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(predicate), predicate, "Unknown kind of predicate.");
        }
    }

    public static void PrintField(string name, StringBuilder to)
    {
        if (name.StartsWith('-')) PrintQuoted(name, to);
        else PrintLiteral(name, to, alsoQuote: ":");
        to.Append(':');
    }

    /// <summary>Bare where possible, else quoted.</summary>
    public static void PrintLiteral(string text, StringBuilder to, string alsoQuote = "")
    {
        if (text.Length == 0 || text.AsSpan().ContainsAny(Special) || text.AsSpan().ContainsAny(alsoQuote) || text.Any(char.IsWhiteSpace)) PrintQuoted(text, to);
        else to.Append(text);
    }

    public static void PrintQuoted(string text, StringBuilder to) =>
        to.Append('"').Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');

    public static bool IsKeyword(string text) => QueryLexer.Keyword(text) is not null;
}
