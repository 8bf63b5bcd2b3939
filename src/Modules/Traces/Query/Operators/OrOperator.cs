using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>(one OR another)</c></summary>
internal sealed class OrOperator(Matcher[] terms) : Matcher
{
    /// <summary>Many values of one field become one set, so that a long list costs one look-up a value.</summary>
    public static Matcher Of(Or or)
    {
        var terms = new List<Matcher>();
        foreach (var group in or.Terms.GroupBy(term => term is FieldEquals or FieldIn ? Encoding.UTF8.GetString(Folder.Fold(((FieldCondition)term).Field)) : null, StringComparer.Ordinal))
        {
            if (group.Key is null || group.Count() == 1) terms.AddRange(group.Select(Matcher.Of));
            else terms.Add(new FieldInOperator(((FieldCondition)group.First()).Field, [.. group.SelectMany(term => term is FieldIn set ? set.Values : [((FieldEquals)term).Value])]));
        }
        return terms.Count == 1 ? terms[0] : new OrOperator([.. terms]);
    }

    public static void Print(Or or, StringBuilder to)
    {
        for (var i = 0; i < or.Terms.Count; i++)
        {
            if (i > 0) to.Append(" OR ");
            if (or.Terms[i] is And and) AndOperator.Print(and, to); // binds tighter, needs no parentheses
            else QueryPrinter.PrintTerm(or.Terms[i], to);
        }
    }

    public override bool Matches(ReadOnlySpan<byte> line, ParsedLine parsed, Folder folder)
    {
        foreach (var term in terms)
        {
            if (term.Matches(line, parsed, folder)) return true;
        }
        return false;
    }

    public override void Select(BlockReader block, Folder folder, RowSet rows)
    {
        var more = new RowSet(rows.Size);
        foreach (var term in terms)
        {
            more.Clear();
            term.Select(block, folder, more);
            rows.UnionWith(more);
        }
    }

    public override RowSet Candidates(SegmentProbe segment)
    {
        var blocks = terms[0].Candidates(segment);
        for (var i = 1; i < terms.Length; i++) blocks.UnionWith(terms[i].Candidates(segment));
        return blocks;
    }
}
