using Akashi.Traces.Lines;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

internal enum ColumnEncoding : byte
{
    /// <summary>One value throughout.</summary>
    Constant = 0,
    /// <summary>Every occurrence has an entry of its own, at its own index.</summary>
    Plain = 1,
    /// <summary>Distinct entries and a code for each occurrence.</summary>
    Dictionary = 2,
    /// <summary>Distinct entries; the code of another column of the row, or its shape, tells which.</summary>
    Derived = 3,
    /// <summary>64-bit integers, each as the difference to the one before.</summary>
    Integers = 4,
}

/// <summary>How one column of a block is kept.</summary>
/// <param name="Key">Index in the segment's key table; <see cref="ColumnIds.RawKey"/> of lines kept verbatim.</param>
/// <param name="Count">Occurrences.</param>
/// <param name="Entries">Distinct values.</param>
/// <param name="Parent">Of a derived column: <see cref="OfShape"/>, or the key of the column that it follows from.</param>
/// <param name="Map">Of a derived column: the entry for each code of the parent.</param>
/// <param name="Inline">The entries, when they are too few for a chunk of their own.</param>
internal sealed record ColumnHead(int Key, ColumnEncoding Encoding, int Count, int Entries, int Parent, int[]? Map, byte[]? Inline)
{
    public const int OfShape = -1;

    /// <summary>Fewer bytes of entries stand in the table of columns.</summary>
    public const int InlineBelow = 96;

    public bool HasCodes => Encoding is ColumnEncoding.Dictionary or ColumnEncoding.Integers;

    public void Write(ByteWriter to)
    {
        to.Varint(Key + 1);
        to.Byte((byte)Encoding);
        to.Varint(Count);
        if (Encoding is ColumnEncoding.Dictionary or ColumnEncoding.Derived) to.Varint(Entries);
        if (Map is not null)
        {
            to.Varint(Parent + 1);
            to.Varint(Map.Length);
            var next = 0;
            foreach (var entry in Map)
            {
                to.Signed(entry - next); // mostly the next new one
                if (entry == next) next++;
            }
        }
        if (Encoding == ColumnEncoding.Integers) return;
        to.Varint(Inline is null ? 0 : Inline.Length + 1);
        if (Inline is not null) to.Bytes(Inline);
    }

    public static ColumnHead Read(ref ByteReader from, int keys)
    {
        var key = from.Count(keys) - 1;
        var encoding = (ColumnEncoding)from.Byte();
        if (encoding > ColumnEncoding.Integers) throw new InvalidDataException($"encoding {(byte)encoding} is unknown.");
        var count = from.Count((long)SegmentFormat.MaxBlockRows * LineParser.MaxFields);
        if (count == 0) throw new InvalidDataException("a column has no value.");
        var entries = encoding switch
        {
            ColumnEncoding.Constant => 1,
            ColumnEncoding.Dictionary or ColumnEncoding.Derived => from.Count(count),
            _ => count,
        };
        if (entries == 0) throw new InvalidDataException("a column has no entry.");
        var (parent, map) = encoding == ColumnEncoding.Derived ? ReadMap(ref from, keys, entries) : (0, null);
        if (encoding == ColumnEncoding.Integers) return new ColumnHead(key, encoding, count, entries, 0, null, null);
        var inline = from.Count(InlineBelow + 1L);
        return new ColumnHead(key, encoding, count, entries, parent, map, inline == 0 ? null : from.Bytes(inline - 1).ToArray());
    }

    private static (int Parent, int[] Map) ReadMap(ref ByteReader from, int keys, int entries)
    {
        var parent = from.Count(keys) - 1;
        var map = new int[from.Count(from.Remaining)];
        var next = 0;
        for (var i = 0; i < map.Length; i++)
        {
            var entry = next + from.Signed();
            if (entry < 0 || entry >= entries) throw new InvalidDataException($"a code leads to entry {entry} of {entries}.");
            map[i] = (int)entry;
            if (entry == next) next++;
        }
        return (parent, map);
    }
}
