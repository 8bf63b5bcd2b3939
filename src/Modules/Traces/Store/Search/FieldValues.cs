using Akashi.Traces.Store.Columns;

namespace Akashi.Traces.Store.Search;

/// <summary>The different values of one field over all blocks, numbered as they are met; 0 stands for its absence. One thread uses it.</summary>
internal sealed class FieldValues
{
    private const int Unknown = -1;
    private readonly List<byte[]> _values = [];
    private readonly Dictionary<byte[], int> _numbers = new(BytesComparer.Instance);
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private int[] _known = [];

    public FieldValues() => _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Bytes of all of them.</summary>
    public long Bytes { get; private set; }

    /// <summary>Null for 0.</summary>
    public byte[]? this[int number] => number == 0 ? null : _values[number - 1];

    public int NumberOf(ReadOnlySpan<byte> value)
    {
        if (_lookup.TryGetValue(value, out var number)) return number;
        var own = value.ToArray();
        _values.Add(own);
        Bytes += own.Length;
        return _numbers[own] = _values.Count;
    }

    /// <summary>For each number the one that the value has in another collection; it takes those that it lacks.</summary>
    public int[] NumbersIn(FieldValues other)
    {
        var numbers = new int[_values.Count + 1];
        for (var i = 0; i < _values.Count; i++) numbers[i + 1] = other.NumberOf(_values[i]);
        return numbers;
    }

    /// <summary>From now on codes are those of another block.</summary>
    public void Begin(FieldCodes codes)
    {
        if (_known.Length < codes.Size) _known = new int[codes.Size];
        _known.AsSpan(0, codes.Size).Fill(Unknown);
        _known[0] = 0;
    }

    /// <summary>The number of the value that a code of the block stands for.</summary>
    public int NumberOf(FieldCodes codes, int code)
    {
        ref var number = ref _known[code];
        return number == Unknown ? number = NumberOf(codes.Value(code)) : number;
    }
}
