using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>-term</c></summary>
internal sealed class NotOperator(Matcher term) : Matcher
{
    public static void Print(Not not, StringBuilder to)
    {
        to.Append('-');
        QueryPrinter.PrintTerm(not.Term, to);
    }

    public override bool Matches(ReadOnlySpan<byte> line, ParsedLine parsed, Folder folder) => !term.Matches(line, parsed, folder);

    public override void Select(BlockReader block, Folder folder, RowSet rows)
    {
        term.Select(block, folder, rows);
        rows.Complement();
    }

    /// <summary>The index tells what is surely absent, never that every row has it.</summary>
    public override RowSet Candidates(SegmentProbe segment) => term is AllOperator ? segment.None() : segment.All();
}
