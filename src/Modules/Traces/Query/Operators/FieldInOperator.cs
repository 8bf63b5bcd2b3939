using System.Text;
using Akashi.Traces.Contracts.Predicates;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>field:(one OR another)</c>, as lists of indicators are: one look-up a value, however many there are.</summary>
internal sealed class FieldInOperator(string field, IReadOnlyList<string> values) : FieldOperator(field)
{
    private readonly FoldedSet _values = new(values);

    public static void PrintValues(FieldIn predicate, StringBuilder to)
    {
        foreach (var (index, value) in predicate.Values.Index())
        {
            if (index > 0) to.Append(" OR ");
            QueryPrinter.PrintPlain(value, to, inGroup: true);
        }
    }

    public override RowSet Candidates(SegmentProbe segment) => segment.WithAnyValue(Field, _values);

    protected override bool Fits(ReadOnlySpan<byte> value, Folder folder) => _values.Contains(folder.Fold(value));
}
