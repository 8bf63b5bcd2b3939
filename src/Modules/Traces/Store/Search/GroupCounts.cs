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

    /// <summary>Beyond so many combinations of codes a table of all would be larger than the block.</summary>
    private const int MaxTable = ushort.MaxValue;

    private const int Lanes = 4;

    private readonly FoldedText[] _fields;
    private readonly FoldedText? _sum;
    private readonly Dictionary<byte[], (long Count, Int128 Sum)> _groups = new(BytesComparer.Instance);
    private readonly Dictionary<byte[], (long Count, Int128 Sum)>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly Dictionary<long, (long Count, Int128 Sum)> _sparse = [];
    private readonly ByteWriter _key = new();
    private int[] _counts = [];
    private ushort[] _combined = [];
    private long _bytes;

    public GroupCounts(IReadOnlyList<string> fields, string? sum)
    {
        _fields = [.. fields.Select(field => new FoldedText(field))];
        _sum = sum is null ? null : new FoldedText(sum);
        _lookup = _groups.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => _groups.Count;

    public long Rows => _groups.Values.Sum(group => group.Count);

    /// <summary>The groups with the most rows; among equals in the order of their values.</summary>
    public IReadOnlyList<GroupCount> Top(int limit)
    {
        var top = new PriorityQueue<KeyValuePair<byte[], (long Count, Int128 Sum)>, (long, byte[])>(Comparer<(long Count, byte[] Key)>.Create((left, right) =>
            left.Count != right.Count ? left.Count.CompareTo(right.Count) : right.Key.AsSpan().SequenceCompareTo(left.Key)));
        foreach (var group in _groups)
        {
            top.Enqueue(group, (group.Value.Count, group.Key));
            if (top.Count > limit) top.Dequeue();
        }
        var ordered = new List<GroupCount>(top.Count);
        while (top.TryDequeue(out var group, out _)) ordered.Add(new GroupCount(Values(group.Key), group.Value.Count, group.Value.Sum));
        ordered.Reverse();
        return ordered;
    }

    public void Add(BlockReader block, RowSet rows)
    {
        if (rows.IsEmpty) return;
        var columns = _fields.Select(field => FieldCodes.Of(block, field)).ToArray();
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
        foreach (var (key, cell) in other._groups) Add(key, cell);
    }

    /// <summary>Adds rows that were counted elsewhere.</summary>
    /// <param name="values">One a field, as written; null where the field is absent.</param>
    public void Add(IReadOnlyList<byte[]?> values, long count, Int128 sum)
    {
        _key.Clear();
        foreach (var value in values) Append(value);
        Add(_key.Written, (count, sum));
    }

    private static long Combined(FieldCodes[] columns, int row)
    {
        var code = 0L;
        foreach (var column in columns) code = code * column.Size + column.Codes[row];
        return code;
    }

    private void Add(FieldCodes[] columns, long code, (long Count, Int128 Sum) cell)
    {
        Span<int> codes = stackalloc int[SegmentSearch.MaxGroupFields];
        for (var i = columns.Length - 1; i >= 0; i--) (code, codes[i]) = (code / columns[i].Size, (int)(code % columns[i].Size));
        _key.Clear();
        for (var i = 0; i < columns.Length; i++)
        {
            if (codes[i] == 0) _key.Varint(0);
            else Append(columns[i].Value(codes[i]));
        }
        Add(_key.Written, cell);
    }

    /// <summary>Length + 1 before the value; 0 where the field is absent.</summary>
    private void Append(byte[]? value)
    {
        if (value is null) _key.Varint(0);
        else Append(value.AsSpan());
    }

    private void Append(ReadOnlySpan<byte> value)
    {
        _key.Varint(value.Length + 1);
        _key.Bytes(value);
    }

    private void Add(ReadOnlySpan<byte> key, (long Count, Int128 Sum) cell)
    {
        ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(_lookup, key, out var known);
        if (!known && (_groups.Count > MaxGroups || (_bytes += key.Length) > MaxBytes)) throw new SearchTooBroadException(SearchTooBroadException.Groups, MaxGroups);
        group.Count += cell.Count;
        group.Sum += cell.Sum;
    }

    private string?[] Values(byte[] key)
    {
        var values = new string?[_fields.Length];
        var reader = new ByteReader(key);
        for (var i = 0; i < values.Length; i++)
        {
            var length = reader.Count(int.MaxValue);
            if (length > 0) values[i] = Encoding.UTF8.GetString(reader.Bytes(length - 1));
        }
        return values;
    }
}
