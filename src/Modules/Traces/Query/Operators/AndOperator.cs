using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>one another</c></summary>
internal sealed class AndOperator(Matcher[] terms) : Matcher
{
    public static void Print(And and, StringBuilder to)
    {
        for (var i = 0; i < and.Terms.Count; i++)
        {
            if (i > 0) to.Append(' ');
            QueryPrinter.PrintTerm(and.Terms[i], to);
        }
    }

    public override bool Matches(ReadOnlySpan<byte> line, ParsedLine parsed, Folder folder)
    {
        foreach (var term in terms)
        {
            if (!term.Matches(line, parsed, folder)) return false;
        }
        return true;
    }

    public override void Select(BlockReader block, Folder folder, RowSet rows)
    {
        terms[0].Select(block, folder, rows);
        var more = new RowSet(rows.Size);
        for (var i = 1; i < terms.Length && !rows.IsEmpty; i++)
        {
            more.Clear();
            terms[i].Select(block, folder, more);
            rows.IntersectWith(more);
        }
    }

    public override RowSet Candidates(SegmentProbe segment)
    {
        var blocks = terms[0].Candidates(segment);
        for (var i = 1; i < terms.Length && !blocks.IsEmpty; i++) blocks.IntersectWith(terms[i].Candidates(segment));
        return blocks;
    }
}
