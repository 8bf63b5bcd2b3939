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
    private readonly int _entries;
    private readonly List<byte[]> _others;

    private FieldCodes(ColumnBlock? column, ushort[] codes, List<byte[]> others)
    {
        (_column, _entries, Codes, _others) = (column, column?.Entries ?? 0, codes, others);
        Size = _entries + others.Count + 1;
    }

    /// <summary>One a row; behind the last row anything may stand.</summary>
    public ushort[] Codes { get; }

    /// <summary>One more than the largest code.</summary>
    public int Size { get; }

    public static FieldCodes Of(BlockReader block, FoldedText field)
    {
        var keys = block.KeysNamed(field.Bytes).ToArray();
        if (keys.Length > 1 || keys.Length == 1 && block.HeadOf(keys[0]).Entries > RowEntries.MostEntries - block.Rows) return OfOddKeys(block, field, keys);
        var (column, codes, others) = keys.Length == 0 ? (null, NoCodes, []) : (block.Column(keys[0]), block.Entries.First(keys[0]), new List<byte[]>());
        if (!block.HasRawRows) return new FieldCodes(column, codes, others);
        codes = codes.AsSpan(0, block.Rows).ToArray();
        var raw = new RawValues(field);
        for (var row = 0; row < codes.Length; row++)
        {
            if (!block.IsRaw(row) || !raw.TryRead(block.RawLine(row), out var value)) continue;
            others.Add(value.ToArray());
            codes[row] = (ushort)((column?.Entries ?? 0) + others.Count);
        }
        return new FieldCodes(column, codes, others);
    }

    /// <summary>Codes of lines kept verbatim may stand for the same value as others.</summary>
    public ReadOnlySpan<byte> Value(int code) => code <= _entries ? _column!.Entry(code - 1) : _others[code - 1 - _entries];

    /// <summary>For each code the integer that its value is; 0 for others.</summary>
    public long[] Integers()
    {
        var integers = new long[Size];
        for (var code = 1; code < Size; code++) integers[code] = ColumnBuilder.TryInteger(Value(code), out var number) ? number : 0;
        return integers;
    }

    /// <summary>Keys that differ in case alone, or that stand in lines more often than codes can tell: what comes first in the line counts.</summary>
    private static FieldCodes OfOddKeys(BlockReader block, FoldedText field, int[] keys)
    {
        var (codes, values, known, raw) = (new ushort[block.Rows], new List<byte[]>(), new Dictionary<byte[], int>(BytesComparer.Instance), new RawValues(field));
        var lookup = known.GetAlternateLookup<ReadOnlySpan<byte>>();
        for (var row = 0; row < codes.Length; row++)
        {
            if (block.Shapes.Of(row) is not { } shape)
            {
                if (raw.TryRead(block.RawLine(row), out var value)) codes[row] = CodeOf(value);
                continue;
            }
            foreach (var (index, part) in shape.Fields.Index())
            {
                if (!keys.Contains(part.Key)) continue;
                codes[row] = CodeOf(block.Column(part.Key).Value(block.Entries.Starts(part.Key)[row] + shape.Nth[index]));
                break;
            }
        }
        return new FieldCodes(null, codes, values);

        ushort CodeOf(ReadOnlySpan<byte> value)
        {
            if (lookup.TryGetValue(value, out var code)) return (ushort)code;
            values.Add(value.ToArray());
            return (ushort)(known[values[^1]] = values.Count);
        }
    }

    /// <summary>Finds the first value of a field in lines.</summary>
    private sealed class RawValues(FoldedText field)
    {
        private readonly ParsedLine _parsed = new();
        private readonly Folder _folder = new();

        public bool TryRead(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> value)
        {
            LineParser.Parse(line, _parsed);
            foreach (ref readonly var part in _parsed.Fields)
            {
                if (!field.Fits(ParsedLine.Key(line, part), _folder)) continue;
                value = _parsed.Value(line, part);
                return true;
            }
            value = default;
            return false;
        }
    }
}
