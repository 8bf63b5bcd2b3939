using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Columns;

namespace Akashi.Traces.ClickHouse;

/// <summary>The first value of a field in a line: as the server says it, and looked up here.</summary>
internal sealed class GroupField
{
    private readonly FoldedText _field;
    private readonly ParsedLine _parsed = new();
    private readonly Folder _folder = new();

    public GroupField(string field)
    {
        _field = new FoldedText(field);
        var name = SqlLiteral.Of(_field.Bytes);
        var place = TraceColumns.PlaceOf(_field.Bytes);
        var listed = $"raws[indexOf(keys, {name})]";
        IsThere = place < 0 ? $"has(keys, {name})" : $"toUInt8(bitTest(has, {place}) OR has(keys, {name}))";
        Value = place < 0 ? listed : $"if(bitTest(has, {place}), {TraceColumns.Name(place)}, {listed})";
        Integer = $"if(toString(toInt64OrZero({Value})) = {Value}, toInt64OrZero({Value}), toInt64(0))";
    }

    public string IsThere { get; }

    /// <summary>As written.</summary>
    public string Value { get; }

    /// <summary>0 where it is none.</summary>
    public string Integer { get; }

    public byte[]? Of(byte[] line)
    {
        LineParser.Parse(line, _parsed);
        foreach (ref readonly var field in _parsed.Fields)
        {
            if (_field.Fits(ParsedLine.Key(line, field), _folder)) return _parsed.Value(line, field).ToArray();
        }
        return null;
    }

    public long IntegerOf(byte[] line) => Of(line) is { } value && ColumnBuilder.TryInteger(value, out var number) ? number : 0;
}
