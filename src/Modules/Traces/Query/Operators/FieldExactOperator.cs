using System.Text;
using Akashi.Traces.Contracts.Predicates;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>field:="Value"</c></summary>
internal sealed class FieldExactOperator(FieldExact predicate) : FieldOperator(predicate.Field)
{
    private readonly FoldedText _value = new(predicate.Value);
    private readonly byte[] _written = new Folder().Compose(Encoding.UTF8.GetBytes(predicate.Value)).ToArray();

    public static void PrintValue(FieldExact predicate, StringBuilder to)
    {
        to.Append('=');
        QueryPrinter.PrintQuoted(predicate.Value, to);
    }

    public override RowSet Candidates(SegmentProbe segment) => segment.WithValue(Field, _value);

    // What is equal as written is equal when folded; that is asked first because it is quick and what the index tells of.
    protected override bool Fits(ReadOnlySpan<byte> value, Folder folder) => _value.Fits(value, folder) && folder.Compose(value).SequenceEqual(_written);
}
