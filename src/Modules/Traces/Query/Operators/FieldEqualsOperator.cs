using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>field:value</c></summary>
internal sealed class FieldEqualsOperator(FieldEquals predicate) : Matcher
{
    private readonly FoldedText _field = new(predicate.Field);
    private readonly FoldedText _value = new(predicate.Value);

    public static void Print(FieldEquals predicate, StringBuilder to)
    {
        QueryPrinter.PrintField(predicate.Field, to);
        QueryPrinter.PrintLiteral(predicate.Value, to);
    }

    public override bool Matches(ReadOnlySpan<byte> line, ParsedLine parsed, Folder folder)
    {
        foreach (ref readonly var field in parsed.Fields)
        {
            if (_field.Fits(ParsedLine.Key(line, field), folder) && _value.Fits(parsed.Value(line, field), folder)) return true;
        }
        return false;
    }

    public override void Select(BlockReader block, Folder folder, RowSet rows)
    {
        foreach (var key in block.KeysNamed(_field.Bytes))
        {
            var column = block.Column(key);
            var entries = new RowSet(column.Entries);
            for (var i = 0; i < column.Entries; i++)
            {
                if (_value.Fits(column.Entry(i), folder)) entries.Add(i);
            }
            block.AddRows(key, entries, rows);
        }
    }

    public override RowSet Candidates(SegmentProbe segment) => segment.WithValue(_field, _value);
}
