using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Query.Operators;

namespace Akashi.Traces.Query;

/// <summary>The short form <c>field:( … )</c> of a predicate that is all about one field.</summary>
internal static class FieldGroup
{
    /// <returns>The one field, when the short form reads as the same tree again; else null.</returns>
    public static string? FieldOf(Predicate predicate) => predicate switch
    {
        FieldCondition condition => condition.Field,
        Not not => FieldOf(not.Term),
        And and => FieldOf(and.Terms),
        // Inside of a group all plain values beside each other are one set, so two of them would not stay two.
        Or junction when junction.Terms.Count(term => term is FieldEquals or FieldIn) <= 1 => FieldOf(junction.Terms),
        _ => null,
    };

    /// <param name="predicate">Has a <see cref="FieldOf(Predicate)"/>.</param>
    public static void Print(Predicate predicate, StringBuilder to)
    {
        switch (predicate)
        {
            case FieldCondition condition:
                QueryPrinter.PrintValue(condition, to, inGroup: true);
                break;
            case Not not:
                to.Append('-');
                Print(not.Term, to);
                break;
            default:
                to.Append('(');
                PrintOpen(predicate, to);
                to.Append(')');
                break;
        }
    }

    private static void PrintOpen(Predicate predicate, StringBuilder to)
    {
        var (terms, between) = predicate is And and ? (and.Terms, " ") : (((Or)predicate).Terms, " OR ");
        foreach (var (index, term) in terms.Index())
        {
            if (index > 0) to.Append(between);
            if (predicate is Or && term is And) PrintOpen(term, to); // binds tighter, needs no parentheses
            else if (predicate is Or && term is FieldIn set) FieldInOperator.PrintValues(set, to);
            else Print(term, to);
        }
    }

    private static string? FieldOf(IReadOnlyList<Predicate> terms)
    {
        var field = FieldOf(terms[0]);
        return field is not null && terms.All(term => string.Equals(FieldOf(term), field, StringComparison.Ordinal)) ? field : null;
    }
}
