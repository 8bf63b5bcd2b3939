using System.Buffers.Binary;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>One pair of a shape.</summary>
/// <param name="Key">Index in the segment's key table.</param>
/// <param name="Spaces">Spaces before the key.</param>
internal readonly record struct ShapeField(int Key, int Spaces, bool Quoted);

/// <summary>All of a line but its time and its values: keys in order, spacing, quotes.</summary>
internal sealed record Shape(ShapeField[] Fields, int TrailingSpaces)
{
    private int[]? _nth;

    /// <summary>For each pair, how many earlier pairs of the line have its key.</summary>
    public int[] Nth => _nth ??= CountRepeats();

    /// <summary>How often a key stands in the line.</summary>
    public int CountOf(int key)
    {
        var count = 0;
        foreach (ref readonly var field in Fields.AsSpan())
        {
            if (field.Key == key) count++;
        }
        return count;
    }

    public void Write(ByteWriter to)
    {
        to.Varint(Fields.Length);
        to.Varint(TrailingSpaces);
        foreach (var field in Fields)
        {
            to.Varint(field.Key);
            to.Varint(field.Spaces << 1 | (field.Quoted ? 1 : 0));
        }
    }

    public static Shape Read(ref ByteReader from, int keys)
    {
        var fields = new ShapeField[from.Count(LineParser.MaxFields)];
        var trailing = from.Count(LineParser.MaxLineBytes);
        for (var i = 0; i < fields.Length; i++)
        {
            var key = from.Count(keys - 1L);
            var form = from.Count(LineParser.MaxLineBytes * 2L + 1);
            fields[i] = new ShapeField(key, form >> 1, (form & 1) != 0);
        }
        return new Shape(fields, trailing);
    }

    private int[] CountRepeats()
    {
        var nth = new int[Fields.Length];
        var seen = new Dictionary<int, int>();
        for (var i = 0; i < nth.Length; i++)
        {
            nth[i] = seen.GetValueOrDefault(Fields[i].Key);
            seen[Fields[i].Key] = nth[i] + 1;
        }
        return nth;
    }
}

/// <summary>The shapes of a block and the shape of each row; rows kept verbatim have code 0 and no shape.</summary>
/// <param name="Rows">For each code how many rows have it.</param>
internal sealed record ShapeBlock(Shape[] Shapes, ushort[] Codes, int[] Rows)
{
    public const int Raw = 0;

    public Shape? Of(int row) => Codes[row] == Raw ? null : Shapes[Codes[row] - 1];

    public static void Write(ByteWriter to, IReadOnlyList<Shape> shapes, ReadOnlySpan<int> codes)
    {
        to.Varint(shapes.Count);
        foreach (var shape in shapes) shape.Write(to);
        if (shapes.Count < 256) foreach (var code in codes) to.Byte((byte)code);
        else foreach (var code in codes) to.UInt16((ushort)code);
    }

    public static ShapeBlock Read(ByteReader from, int rows, int keys)
    {
        var shapes = new Shape[from.Count(SegmentFormat.MaxBlockShapes)];
        for (var i = 0; i < shapes.Length; i++) shapes[i] = Shape.Read(ref from, keys);
        var codes = new ushort[rows];
        var bytes = from.Bytes(shapes.Length < 256 ? rows : rows * 2);
        from.End();
        if (shapes.Length < 256) CodeWidths.Widen(bytes, codes);
        else for (var i = 0; i < codes.Length; i++) codes[i] = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]);
        if (codes.AsSpan().ContainsAnyExceptInRange((ushort)0, (ushort)shapes.Length)) throw new InvalidDataException($"it has a code beyond its {shapes.Length} shapes.");
        var rowsOf = new int[shapes.Length + 1];
        foreach (var code in codes) rowsOf[code]++;
        return new ShapeBlock(shapes, codes, rowsOf);
    }
}
