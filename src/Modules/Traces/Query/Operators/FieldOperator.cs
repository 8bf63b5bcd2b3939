using System.Text;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Query.Operators;

/// <summary>A condition on the values of one field: what is said of one value is asked once of each distinct value of a column.</summary>
internal abstract class FieldOperator(string field) : Matcher
{
    protected FoldedText Field { get; } = new(field);

    public sealed override bool Matches(ReadOnlySpan<byte> line, ParsedLine parsed, Folder folder)
    {
        foreach (ref readonly var field in parsed.Fields)
        {
            if (Field.Fits(ParsedLine.Key(line, field), folder) && Fits(parsed.Value(line, field), folder)) return true;
        }
        return false;
    }

    public sealed override void Select(BlockReader block, Folder folder, RowSet rows)
    {
        foreach (var key in block.KeysNamed(Field.Bytes)) block.AddRows(key, Entries(block.Column(key), folder), rows);
    }

    protected abstract bool Fits(ReadOnlySpan<byte> value, Folder folder);

    /// <summary>The entries of a column that fit.</summary>
    protected virtual RowSet Entries(ColumnBlock column, Folder folder)
    {
        var entries = new RowSet(column.Entries);
        for (var i = 0; i < column.Entries; i++)
        {
            if (Fits(column.Entry(i), folder)) entries.Add(i);
        }
        return entries;
    }

    /// <summary>For conditions on the meaning of a text of digits and the like: the value itself, or folded where folding could change it.</summary>
    protected static ReadOnlySpan<byte> Narrowed(ReadOnlySpan<byte> value, Folder folder) => Ascii.IsValid(value) ? value : folder.Fold(value);
}
