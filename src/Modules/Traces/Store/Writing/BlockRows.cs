using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Writing;

/// <summary>
/// Walks through the rows of a block of another segment and moves their values into a block being written: what is equal is looked up once for each
/// pair of blocks, and lines are not put together. One thread uses it.
/// </summary>
/// <param name="keys">Of the segment being written.</param>
internal sealed class BlockRows(BlockReader block, KeyTable keys) : IDisposable
{
    private readonly Value?[] _values = new Value?[block.Segment.FoldedKeys.Length];
    private readonly ShapeField[]?[] _shapes = new ShapeField[]?[block.Shapes.Shapes.Length];
    private readonly (int Generation, int Code)[] _codes = new (int, int)[block.Shapes.Shapes.Length];
    private readonly ByteWriter _line = new();

    public BlockReader Block => block;

    public int Row { get; private set; }

    public bool IsAtEnd => Row == block.Rows;

    public void Next() => Row++;

    public RowMeta Meta(int batch)
    {
        var meta = block.Meta;
        return new RowMeta(block.Times[Row], meta.OffsetMinutes(Row), batch, meta.Line(Row), meta.Flags(Row), meta.End(Row));
    }

    public ReadOnlySpan<byte> ReadLine()
    {
        _line.Clear();
        block.AppendLine(Row, _line);
        return _line.Written;
    }

    /// <returns>The code of the row's shape in the block being written; null when it has no room for it.</returns>
    public int? ShapeIn(ShapeTable shapes, int generation)
    {
        var own = block.Shapes.Codes[Row] - 1;
        if (own < 0) return null;
        ref var known = ref _codes[own];
        if (known.Code == 0 || known.Generation != generation)
        {
            var fields = _shapes[own] ??= Translate(block.Shapes.Shapes[own]);
            var code = fields.Length == 0 && block.Shapes.Shapes[own].Fields.Length > 0 ? ShapeBlock.Raw : shapes.CodeOf(fields, block.Shapes.Shapes[own].TrailingSpaces);
            if (code == ShapeBlock.Raw) return null;
            known = (generation, code);
        }
        return known.Code;
    }

    /// <summary>Adds the value of the row's nth field.</summary>
    /// <returns>Its length.</returns>
    public int MoveValue(int field, ColumnBuilder to, int generation)
    {
        var shape = block.Shapes.Shapes[block.Shapes.Codes[Row] - 1];
        var key = shape.Fields[field].Key;
        var value = _values[key] ??= new Value(block.Column(key), block.Entries.Starts(key));
        var entry = value.Column.Code(value.Starts[Row] + shape.Nth[field]);
        if (value.Generation != generation)
        {
            Array.Fill(value.Map, -1);
            value.Generation = generation;
        }
        ref var code = ref value.Map[entry];
        if (code < 0) code = to.Find(value.Column.Entry(entry));
        to.AddCode(code);
        return to.Entry(code).Length;
    }

    public void Dispose() => block.Dispose();

    /// <returns>Empty when the segment being written has no number left for one of its keys.</returns>
    private ShapeField[] Translate(Shape shape)
    {
        var fields = new ShapeField[shape.Fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            var number = keys.NumberOf(block.Segment.Directory.Keys[shape.Fields[i].Key]);
            if (number < 0) return [];
            fields[i] = shape.Fields[i] with { Key = number };
        }
        return fields;
    }

    /// <param name="Starts">For each row, how many values the rows before it have.</param>
    private sealed record Value(ColumnBlock Column, int[] Starts)
    {
        /// <summary>For each entry its code in the block being written; −1 when it has none yet.</summary>
        public int[] Map { get; } = new int[Column.Entries];

        public int Generation { get; set; } = -1;
    }
}
