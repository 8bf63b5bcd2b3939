namespace Akashi.Traces.Store.Filters;

/// <summary>A set of 64-bit hashes that is emptied and refilled for each block without new memory.</summary>
internal sealed class HashSet64
{
    private ulong[] _slots = new ulong[1 << 14];
    private ulong[] _list = new ulong[1 << 13];

    public int Count { get; private set; }

    public ReadOnlySpan<ulong> Items => _list.AsSpan(0, Count);

    public void Clear()
    {
        Array.Clear(_slots);
        Count = 0;
    }

    /// <returns>False when it was there.</returns>
    public bool Add(ulong hash)
    {
        if (hash == 0) hash = 1; // zero marks an empty slot; one more false positive in 2^64
        if (!Insert(_slots, hash)) return false;
        if (Count == _list.Length) Array.Resize(ref _list, Count * 2);
        _list[Count++] = hash;
        if (Count * 2 <= _slots.Length) return true;
        _slots = new ulong[_slots.Length * 2];
        foreach (var item in Items) Insert(_slots, item);
        return true;
    }

    private static bool Insert(ulong[] slots, ulong hash)
    {
        var mask = slots.Length - 1;
        for (var at = (int)(hash & (ulong)mask); ; at = (at + 1) & mask)
        {
            if (slots[at] == 0)
            {
                slots[at] = hash;
                return true;
            }
            if (slots[at] == hash) return false;
        }
    }
}
