using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

/// <param name="Values">One a field, as written; null where the field is absent. Of a field that repeats in a line the first counts.</param>
/// <param name="Sum">Of the integers in the field that was to be added up.</param>
internal sealed record GroupCount(IReadOnlyList<string?> Values, long Count, Int128 Sum);

/// <summary>
/// Counts rows by the values of a few fields. Within a block the codes of the columns are counted; values are looked at once a block. One thread uses it.
/// </summary>
internal sealed class GroupCounts
{
    private const int MaxGroups = 1_000_000;
    private const long MaxBytes = 256 << 20;
    private const int LargeGroups = 1 << 16;
    private const long LargeBytes = 32 << 20;

    /// <summary>Beyond so many combinations of codes a table of all would be larger than the block.</summary>
    private const int MaxTable = ushort.MaxValue;

    private const int Lanes = 4;

    /// <summary>Of the number of a value in a group's key. A new value comes with a new group, so no field has more values than there may be groups.</summary>
    private const int NumberBits = 21;

    private readonly FoldedText[] _fields;
    private readonly FieldValues[] _values;
    private readonly FoldedText? _sum;
    // By the numbers of the fields' values, side by side.
    private readonly Dictionary<long, (long Count, Int128 Sum)> _groups = [];
    private readonly Dictionary<long, (long Count, Int128 Sum)> _sparse = [];
    private int[] _counts = [];
    private ushort[] _combined = [];

    public GroupCounts(IReadOnlyList<string> fields, string? sum)
    {
        _fields = [.. fields.Select(field => new FoldedText(field))];
        _sum = sum is null ? null : new FoldedText(sum);
        _values = [.. fields.Select(_ => new FieldValues())];
    }

    public int Count => _groups.Count;

    /// <summary>What one of several workers should keep to itself no longer.</summary>
    public bool IsLarge => _groups.Count > LargeGroups || _values.Sum(values => values.Bytes) > LargeBytes;

    public long Rows => _groups.Values.Sum(group => group.Count);

    /// <summary>The groups with the most rows; among equals in the order of their values.</summary>
    public IReadOnlyList<GroupCount> Top(int limit)
    {
        var top = new PriorityQueue<KeyValuePair<long, (long Count, Int128 Sum)>, (long Count, long Key)>(Comparer<(long Count, long Key)>.Create((left, right) =>
            left.Count != right.Count ? left.Count.CompareTo(right.Count) : Compare(right.Key, left.Key)));
        foreach (var group in _groups)
        {
            top.Enqueue(group, (group.Value.Count, group.Key));
            if (top.Count > limit) top.Dequeue();
        }
        var ordered = new List<GroupCount>(top.Count);
        while (top.TryDequeue(out var group, out _)) ordered.Add(new GroupCount(Texts(group.Key), group.Value.Count, group.Value.Sum));
        ordered.Reverse();
        return ordered;
    }

    public void Add(BlockReader block, RowSet rows)
    {
        if (rows.IsEmpty) return;
        var columns = _fields.Select(field => FieldCodes.Of(block, field)).ToArray();
        for (var i = 0; i < columns.Length; i++) _values[i].Begin(columns[i]);
        var numbers = _sum is null ? null : FieldCodes.Of(block, _sum);
        var values = numbers?.Integers();
        var size = 1L;
        foreach (var column in columns) size = size > MaxTable ? size : size * column.Size;
        if (size <= MaxTable && values is null)
        {
            CountCodes(columns, (int)size, rows, block.Rows);
            return;
        }
        for (var row = rows.Next(0); row >= 0; row = row + 1 == block.Rows ? -1 : rows.Next(row + 1))
        {
            ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_sparse, Combined(columns, row), out _);
            cell.Count++;
            if (values is not null) cell.Sum += values[numbers!.Codes[row]];
        }
        foreach (var (code, cell) in _sparse) Add(columns, code, cell);
        _sparse.Clear();
    }

    /// <summary>Counts in a table of all combinations, in loops without a branch for each row.</summary>
    private void CountCodes(FieldCodes[] columns, int size, RowSet rows, int blockRows)
    {
        if (_counts.Length < size * Lanes) _counts = new int[Math.Max(size * Lanes, 1 << 12)];
        var codes = columns.Length == 1 ? columns[0].Codes : CombinedCodes(columns, blockRows);
        var counts = _counts.AsSpan(0, size * Lanes);
        for (var (start, end) = (rows.Next(0), 0); start >= 0; start = rows.Next(end))
        {
            end = rows.NextAbsent(start);
            CountRun(codes.AsSpan(start, end - start), counts);
        }
        for (var code = 0; code < size; code++)
        {
            var lanes = counts.Slice(code * Lanes, Lanes);
            var count = lanes[0] + lanes[1] + lanes[2] + lanes[3];
            if (count > 0) Add(columns, code, (count, 0));
        }
        counts.Clear();
    }

    /// <summary>Rows beside each other mostly have the same code: counting each into a lane of its own, none waits for the one before.</summary>
    private static void CountRun(ReadOnlySpan<ushort> codes, Span<int> counts)
    {
        var i = 0;
        for (; i <= codes.Length - Lanes; i += Lanes)
        {
            counts[codes[i] * Lanes]++;
            counts[codes[i + 1] * Lanes + 1]++;
            counts[codes[i + 2] * Lanes + 2]++;
            counts[codes[i + 3] * Lanes + 3]++;
        }
        for (; i < codes.Length; i++) counts[codes[i] * Lanes]++;
    }

    /// <summary>For each row the codes of all columns as one number; the table is small enough for it.</summary>
    private ushort[] CombinedCodes(FieldCodes[] columns, int blockRows)
    {
        if (_combined.Length < blockRows) _combined = new ushort[SegmentFormat.MaxBlockRows];
        var combined = _combined.AsSpan(0, blockRows);
        columns[0].Codes.AsSpan(0, blockRows).CopyTo(combined);
        foreach (var column in columns.AsSpan(1))
        {
            var (codes, factor, row) = (column.Codes, (ushort)column.Size, 0);
            for (; row <= blockRows - Vector256<ushort>.Count; row += Vector256<ushort>.Count)
                (Vector256.Create(_combined, row) * factor + Vector256.Create(codes, row)).CopyTo(_combined, row);
            for (; row < blockRows; row++) combined[row] = (ushort)(combined[row] * factor + codes[row]);
        }
        return _combined;
    }

    public void Add(GroupCounts other)
    {
        var numbers = other._values.Zip(_values, (theirs, own) => theirs.NumbersIn(own)).ToArray();
        foreach (var (theirs, cell) in other._groups)
        {
            var key = 0L;
            for (var i = 0; i < numbers.Length; i++) key = key << NumberBits | (uint)numbers[i][other.NumberOf(theirs, i)];
            Add(key, cell);
        }
    }

    /// <summary>Adds rows that were counted elsewhere.</summary>
    /// <param name="values">One a field, as written; null where the field is absent.</param>
    public void Add(IReadOnlyList<byte[]?> values, long count, Int128 sum)
    {
        var key = 0L;
        for (var i = 0; i < _values.Length; i++) key = key << NumberBits | (uint)(values[i] is { } value ? _values[i].NumberOf(value) : 0);
        Add(key, (count, sum));
    }

    private static long Combined(FieldCodes[] columns, int row)
    {
        var code = 0L;
        foreach (var column in columns) code = code * column.Size + column.Codes[row];
        return code;
    }

    private void Add(FieldCodes[] columns, long code, (long Count, Int128 Sum) cell)
    {
        var (key, shift) = (0L, 0);
        for (var i = columns.Length - 1; i >= 0; i--, shift += NumberBits)
        {
            (code, var own) = (code / columns[i].Size, (int)(code % columns[i].Size));
            key |= (long)_values[i].NumberOf(columns[i], own) << shift;
        }
        Add(key, cell);
    }

    private void Add(long key, (long Count, Int128 Sum) cell)
    {
        ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, key, out var known);
        if (!known && (_groups.Count > MaxGroups || _values.Sum(values => values.Bytes) > MaxBytes)) throw new SearchTooBroadException(SearchTooBroadException.Groups, MaxGroups);
        group.Count += cell.Count;
        group.Sum += cell.Sum;
    }

    private int NumberOf(long key, int field) => (int)(key >> ((_fields.Length - 1 - field) * NumberBits) & ((1 << NumberBits) - 1));

    /// <summary>Absent before any value.</summary>
    private int Compare(long left, long right)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            var (one, another) = (_values[i][NumberOf(left, i)], _values[i][NumberOf(right, i)]);
            var order = one is null || another is null ? (one is not null).CompareTo(another is not null) : one.AsSpan().SequenceCompareTo(another);
            if (order != 0) return order;
        }
        return 0;
    }

    private string?[] Texts(long key)
    {
        var texts = new string?[_values.Length];
        for (var i = 0; i < texts.Length; i++) texts[i] = _values[i][NumberOf(key, i)] is { } value ? Encoding.UTF8.GetString(value) : null;
        return texts;
    }
}
