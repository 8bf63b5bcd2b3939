using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>The keys of a segment, numbered as they first appear. Bounded: a terminal that invents keys must not fill the memory.</summary>
internal sealed class KeyTable
{
    private readonly List<byte[]> _keys = [];
    private readonly Dictionary<byte[], int> _numbers;
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public KeyTable()
    {
        _numbers = new Dictionary<byte[], int>(BytesComparer.Instance);
        _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public IReadOnlyList<byte[]> Keys => _keys;

    public byte[] this[int number] => _keys[number];

    /// <returns>−1 when the key is new and the table is full.</returns>
    public int NumberOf(ReadOnlySpan<byte> key)
    {
        if (_lookup.TryGetValue(key, out var number)) return number;
        if (_keys.Count == SegmentFormat.MaxSegmentKeys) return -1;
        var copy = key.ToArray();
        _numbers.Add(copy, _keys.Count);
        _keys.Add(copy);
        return _keys.Count - 1;
    }
}
