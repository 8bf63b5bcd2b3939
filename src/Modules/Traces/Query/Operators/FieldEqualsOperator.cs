using System.Text;
using Akashi.Traces.Contracts.Predicates;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>field:value</c></summary>
internal sealed class FieldEqualsOperator(FieldEquals predicate) : FieldOperator(predicate.Field)
{
    private readonly FoldedText _value = new(predicate.Value);

    public static void PrintValue(FieldEquals predicate, StringBuilder to, bool inGroup) => QueryPrinter.PrintPlain(predicate.Value, to, inGroup);

    public override RowSet Candidates(SegmentProbe segment) => segment.WithValue(Field, _value);

    protected override bool Fits(ReadOnlySpan<byte> value, Folder folder) => _value.Fits(value, folder);
}
