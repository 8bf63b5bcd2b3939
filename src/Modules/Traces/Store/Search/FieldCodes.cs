using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

/// <summary>The value of one field in each row of a block as a small number: 0 where it is absent, else the entry of its first occurrence + 1.</summary>
internal sealed class FieldCodes
{
    private static readonly ushort[] NoCodes = new ushort[SegmentFormat.MaxBlockRows];
    private readonly ColumnBlock? _column;
    private readonly List<byte[]>? _entries;

    private FieldCodes(ColumnBlock? column, ushort[] codes, List<byte[]>? entries)
    {
        (_column, Codes, _entries) = (column, codes, entries);
        Size = (entries?.Count ?? column?.Entries ?? 0) + 1;
    }

    /// <summary>One a row; behind the last row anything may stand.</summary>
    public ushort[] Codes { get; }

    /// <summary>One more than the largest code.</summary>
    public int Size { get; }

    public static FieldCodes Of(BlockReader block, FoldedText field)
    {
        var keys = block.KeysNamed(field.Bytes).ToArray();
        if (keys.Length > 1 || block.HasRawRows || keys.Length == 1 && block.HeadOf(keys[0]).Entries > RowEntries.MostEntries) return OfOddRows(block, field, keys);
        return keys.Length == 0 ? new FieldCodes(null, NoCodes, null) : new FieldCodes(block.Column(keys[0]), block.Entries.First(keys[0]), null);
    }

    public ReadOnlySpan<byte> Value(int code) => _entries is null ? _column!.Entry(code - 1) : _entries[code - 1];

    /// <summary>For each code the integer that its value is; 0 for others.</summary>
    public long[] Integers()
    {
        var integers = new long[Size];
        for (var code = 1; code < Size; code++) integers[code] = ColumnBuilder.TryInteger(Value(code), out var number) ? number : 0;
        return integers;
    }

    /// <summary>Keys that differ in case alone, or lines kept verbatim: what comes first in the line counts.</summary>
    private static FieldCodes OfOddRows(BlockReader block, FoldedText field, int[] keys)
    {
        var (codes, entries, known) = (new ushort[block.Rows], new List<byte[]>(), new Dictionary<byte[], int>(BytesComparer.Instance));
        var (parsed, folder) = (new ParsedLine(), new Folder());
        var lookup = known.GetAlternateLookup<ReadOnlySpan<byte>>();
        for (var row = 0; row < codes.Length; row++)
        {
            if (block.Shapes.Of(row) is { } shape)
            {
                foreach (var (index, part) in shape.Fields.Index())
                {
                    if (!keys.Contains(part.Key)) continue;
                    codes[row] = CodeOf(block.Column(part.Key).Value(block.Entries.Starts(part.Key)[row] + shape.Nth[index]));
                    break;
                }
                continue;
            }
            var line = block.RawLine(row);
            LineParser.Parse(line, parsed);
            foreach (ref readonly var part in parsed.Fields)
            {
                if (!field.Fits(ParsedLine.Key(line, part), folder)) continue;
                codes[row] = CodeOf(parsed.Value(line, part));
                break;
            }
        }
        return new FieldCodes(null, codes, entries);

        ushort CodeOf(ReadOnlySpan<byte> value)
        {
            if (lookup.TryGetValue(value, out var code)) return (ushort)code;
            entries.Add(value.ToArray());
            return (ushort)(known[entries[^1]] = entries.Count);
        }
    }
}
