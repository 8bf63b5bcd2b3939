namespace Akashi.Traces.Store.Columns;

/// <summary>
/// Finds columns that follow from another one: whoever knows the process knows its path, its user and its hashes. Such a column needs no codes of
/// its own. Reused from block to block.
/// </summary>
internal sealed class Derivation
{
    /// <summary>How many columns one may be compared with: keys that somebody invents must not cost time without end.</summary>
    private const int MaxTries = 32;
    private readonly List<Candidate> _columns = [];
    private Candidate?[] _byKey = [];
    private int[] _map = [];

    /// <param name="keys">The keys that the block has columns of.</param>
    public void Begin(List<int> keys, Func<int, ColumnBuilder> column, IReadOnlyList<Shape> shapes)
    {
        _columns.Clear();
        Array.Clear(_byKey);
        foreach (var key in keys)
        {
            if (key >= _byKey.Length) Array.Resize(ref _byKey, Math.Max(key + 1, _byKey.Length * 2));
            _columns.Add(_byKey[key] = new Candidate(key, column(key), new ulong[(shapes.Count + 64) / 64]));
        }
        foreach (var (index, shape) in shapes.Index()) MarkShape(shape, index + 1);
        // The fewest entries first: the shortest maps.
        _columns.Sort((left, right) => left.Rank.CompareTo(right.Rank));
    }

    /// <returns>What the column follows from and the entry for each of its codes; null when it stands for itself.</returns>
    /// <param name="rowShapes">The shape code of each row; 0 for a row without columns.</param>
    public (int Parent, int[] Map)? Find(int key, ReadOnlySpan<int> rowShapes, int shapes)
    {
        var child = _byKey[key]!;
        if (child.Repeats) return null;
        if (Follows(child, null, rowShapes, shapes + 1)) return (ColumnHead.OfShape, Map(shapes + 1));
        var tries = 0;
        foreach (var parent in _columns)
        {
            // Strictly upwards, so that no two columns follow from each other; and a map as long as the codes saves nothing.
            if (parent.Repeats || parent.Rank.CompareTo(child.Rank) <= 0 || parent.Column.Distinct > child.Column.Count / 2 || !HasCodes(parent.Column) || !parent.Covers(child)) continue;
            if (++tries > MaxTries) break;
            if (Follows(child, parent, rowShapes, parent.Column.Distinct)) return (parent.Key, Map(parent.Column.Distinct));
        }
        return null;
    }

    /// <summary>Columns with more distinct values may be kept without codes.</summary>
    public static bool HasCodes(ColumnBuilder column) => column.Distinct <= column.Count / 4;

    private bool Follows(Candidate child, Candidate? parent, ReadOnlySpan<int> rowShapes, int parentCodes)
    {
        if (_map.Length < parentCodes) _map = new int[Math.Max(parentCodes, 1024)];
        var map = _map.AsSpan(0, parentCodes);
        map.Fill(-1);
        var childCodes = child.Column.Codes;
        if (parent is not null && parent.Column.Count == child.Column.Count) return Follows(childCodes, parent.Column.Codes, map);
        var (childAt, parentAt) = (0, 0);
        foreach (var shape in rowShapes)
        {
            var code = parent is null ? shape : parent.Has(shape) ? parent.Column.Codes[parentAt++] : -1;
            if (!child.Has(shape)) continue;
            ref var entry = ref map[code];
            if (entry < 0) entry = childCodes[childAt];
            else if (entry != childCodes[childAt]) return false;
            childAt++;
        }
        return true;
    }

    /// <summary>The same rows have both.</summary>
    private static bool Follows(ReadOnlySpan<int> child, ReadOnlySpan<int> parent, Span<int> map)
    {
        for (var i = 0; i < child.Length; i++)
        {
            ref var entry = ref map[parent[i]];
            if (entry < 0) entry = child[i];
            else if (entry != child[i]) return false;
        }
        return true;
    }

    private int[] Map(int parentCodes)
    {
        var map = _map.AsSpan(0, parentCodes).ToArray();
        for (var i = 0; i < map.Length; i++) map[i] = Math.Max(0, map[i]); // codes that never meet one
        return map;
    }

    private void MarkShape(Shape shape, int code)
    {
        foreach (ref readonly var field in shape.Fields.AsSpan())
        {
            var candidate = _byKey[field.Key]!;
            if (candidate.Has(code)) candidate.Repeats = true;
            candidate.Shapes[code >> 6] |= 1UL << (code & 63);
        }
    }

    /// <param name="Shapes">Bit n is set when rows of shape n have the column.</param>
    private sealed record Candidate(int Key, ColumnBuilder Column, ulong[] Shapes)
    {
        /// <summary>Some row has it more than once.</summary>
        public bool Repeats { get; set; }

        public (int Distinct, int Key) Rank => (Column.Distinct, Key);

        public bool Has(int shape) => (Shapes[shape >> 6] >> (shape & 63) & 1) != 0;

        public bool Covers(Candidate other)
        {
            for (var i = 0; i < Shapes.Length; i++)
            {
                if ((other.Shapes[i] & ~Shapes[i]) != 0) return false;
            }
            return true;
        }
    }
}
