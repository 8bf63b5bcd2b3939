using Akashi.Traces.Lines;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Query;

/// <summary>The rows of a block that match: columns by columns, rows kept verbatim one by one. One thread uses it.</summary>
internal sealed class BlockSelection(Matcher matcher)
{
    private readonly Folder _folder = new();
    private readonly ParsedLine _parsed = new();

    public RowSet Run(BlockReader block)
    {
        var rows = new RowSet(block.Rows);
        matcher.Select(block, _folder, rows);
        if (!block.HasRawRows) return rows;
        for (var row = 0; row < block.Rows; row++)
        {
            if (!block.IsRaw(row)) continue;
            var line = block.RawLine(row);
            LineParser.Parse(line, _parsed);
            if (matcher.Matches(line, _parsed, _folder)) rows.Add(row);
            else rows.Remove(row);
        }
        return rows;
    }
}
