using System.Runtime.InteropServices;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Writing;

/// <summary>
/// Finds the shape of a parsed line among the shapes of the block. Lines mostly have the shape of an earlier line, so a key
/// is first compared with the one in its place in the line before; only a different key is looked up.
/// </summary>
internal sealed class ShapeTable(KeyTable keys)
{
    private readonly List<Shape> _shapes = [];
    private readonly List<int> _frames = [];
    private readonly Dictionary<int, List<int>> _byHash = [];
    private readonly HashSet<int> _columns = [];
    private ShapeField[] _fields = new ShapeField[64];
    private ShapeField[] _before = new ShapeField[64];
    private int _beforeCount;
    private int _beforeTrailing;
    private int _beforeCode;

    public IReadOnlyList<Shape> Shapes => _shapes;

    public void Clear()
    {
        _shapes.Clear();
        _frames.Clear();
        _byHash.Clear();
        _columns.Clear();
        (_beforeCount, _beforeCode) = (0, ShapeBlock.Raw);
    }

    /// <summary>Bytes of a line of the shape without its values.</summary>
    public int FrameOf(int code) => _frames[code - 1];

    /// <returns>Code of the shape (1 for the first), or <see cref="ShapeBlock.Raw"/> when the block has no room for it.</returns>
    public int CodeOf(ReadOnlySpan<byte> line, ReadOnlySpan<FieldRange> ranges)
    {
        var trailing = Resolve(line, ranges, out var isSame);
        if (trailing < 0) return ShapeBlock.Raw;
        return isSame ? _beforeCode : CodeOf(_fields.AsSpan(0, ranges.Length), trailing);
    }

    /// <param name="fields">With keys of this segment.</param>
    public int CodeOf(ReadOnlySpan<ShapeField> fields, int trailing)
    {
        var hash = HashOf(fields, trailing);
        if (!_byHash.TryGetValue(hash, out var codes)) _byHash.Add(hash, codes = []);
        foreach (var known in CollectionsMarshal.AsSpan(codes))
        {
            var shape = _shapes[known - 1];
            if (shape.TrailingSpaces == trailing && fields.SequenceEqual(shape.Fields)) return Remember(fields, trailing, known);
        }
        if (_shapes.Count == SegmentFormat.MaxBlockShapes || !TakeColumns(fields)) return ShapeBlock.Raw;
        _shapes.Add(new Shape(fields.ToArray(), trailing));
        var frame = EventTime.HeaderLength + trailing;
        foreach (ref readonly var field in fields) frame += field.Spaces + keys[field.Key].Length + (field.Quoted ? 3 : 1);
        _frames.Add(frame);
        codes.Add(_shapes.Count);
        return Remember(fields, trailing, _shapes.Count);
    }

    /// <param name="isSame">It has the shape of the line before.</param>
    /// <returns>Trailing spaces, or −1 when a key has no number.</returns>
    private int Resolve(ReadOnlySpan<byte> line, ReadOnlySpan<FieldRange> ranges, out bool isSame)
    {
        isSame = ranges.Length == _beforeCount && _beforeCode != ShapeBlock.Raw;
        if (_fields.Length < ranges.Length) _fields = new ShapeField[Math.Max(ranges.Length, _fields.Length * 2)];
        var end = EventTime.HeaderLength;
        for (var i = 0; i < ranges.Length; i++)
        {
            ref readonly var range = ref ranges[i];
            var key = ParsedLine.Key(line, range);
            var number = i < _beforeCount && key.SequenceEqual(keys[_before[i].Key]) ? _before[i].Key : keys.NumberOf(key);
            if (number < 0) return -1;
            _fields[i] = new ShapeField(number, range.KeyStart - end, range.Quoted);
            if (isSame && _fields[i] != _before[i]) isSame = false;
            end = range.End;
        }
        isSame &= line.Length - end == _beforeTrailing;
        return line.Length - end;
    }

    private int Remember(ReadOnlySpan<ShapeField> fields, int trailing, int code)
    {
        if (_before.Length < fields.Length) _before = new ShapeField[fields.Length * 2];
        fields.CopyTo(_before);
        (_beforeCount, _beforeTrailing, _beforeCode) = (fields.Length, trailing, code);
        return code;
    }

    private bool TakeColumns(ReadOnlySpan<ShapeField> fields)
    {
        var added = new HashSet<int>();
        foreach (var field in fields)
        {
            if (!_columns.Contains(field.Key)) added.Add(field.Key);
        }
        if (_columns.Count + added.Count > SegmentFormat.MaxBlockColumns) return false;
        _columns.UnionWith(added);
        return true;
    }

    private static int HashOf(ReadOnlySpan<ShapeField> fields, int trailing)
    {
        unchecked
        {
            var hash = (uint)trailing;
            foreach (ref readonly var field in fields)
            {
                hash = (hash ^ (uint)(field.Key << 9 | field.Spaces << 1 | (field.Quoted ? 1 : 0))) * 0x9E3779B1;
                hash ^= hash >> 15;
            }
            return (int)hash;
        }
    }
}
