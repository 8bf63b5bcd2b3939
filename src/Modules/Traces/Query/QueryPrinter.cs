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
        if (predicate is not (And or Or) || FieldGroup.FieldOf(predicate) is not null)
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
            case And or Or when FieldGroup.FieldOf(predicate) is { } field:
                PrintField(field, to);
                FieldGroup.Print(predicate, to);
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
            case FieldCondition condition:
                PrintField(condition.Field, to);
                PrintValue(condition, to, inGroup: false);
                break;
            case Phrase phrase:
                PhraseOperator.Print(phrase, to);
                break;
            case AnyMatches matches:
                RegexText.Print(matches.Pattern, to);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(predicate), predicate, "Unknown kind of predicate.");
        }
    }

    public static void PrintValue(FieldCondition condition, StringBuilder to, bool inGroup)
    {
        switch (condition)
        {
            case FieldEquals equals:
                FieldEqualsOperator.PrintValue(equals, to, inGroup);
                break;
            case FieldExact exact:
                FieldExactOperator.PrintValue(exact, to);
                break;
            case FieldIn set:
                to.Append('(');
                FieldInOperator.PrintValues(set, to);
                to.Append(')');
                break;
            case FieldLike like:
                FieldLikeOperator.PrintValue(like, to, inGroup);
                break;
            case FieldCompares compares:
                FieldNumberOperator.PrintValue(compares, to);
                break;
            case FieldBetween between:
                FieldNumberOperator.PrintValue(between, to);
                break;
            case FieldInNetwork network:
                FieldInNetworkOperator.PrintValue(network, to);
                break;
            case FieldMatches matches:
                RegexText.Print(matches.Pattern, to);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(condition), condition, "Unknown kind of predicate.");
        }
    }

    public static void PrintField(string name, StringBuilder to)
    {
        if (name[0] is '-' or '/') PrintQuoted(name, to);
        else PrintLiteral(name, to, alsoQuote: ":");
        to.Append(':');
    }

    /// <summary>The beginning of a plain value: quoted where it would else mean more than its characters.</summary>
    public static void PrintPlain(string text, StringBuilder to, bool inGroup)
    {
        if (ValueReader.MeansMore(text) || inGroup && (text.StartsWith('-') || IsKeyword(text))) PrintQuoted(text, to);
        else PrintLiteral(text, to);
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
