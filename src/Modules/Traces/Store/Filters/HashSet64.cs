namespace Akashi.Traces.Store.Filters;

/// <summary>A set of 64-bit hashes that is emptied and refilled for each block without new memory.</summary>
internal sealed class HashSet64
{
    private ulong[] _slots = new ulong[1 << 14];
    private ulong[] _list = new ulong[1 << 13];
    private readonly ulong[] _coming = new ulong[16];
    private int _comingCount;
    private int _count;

    /// <summary>In the order in which they came.</summary>
    public ReadOnlySpan<ulong> Items
    {
        get
        {
            AddComing();
            return _list.AsSpan(0, _count);
        }
    }

    public void Clear()
    {
        Array.Clear(_slots);
        (_count, _comingCount) = (0, 0);
    }

    /// <summary>Adds it together with those that come next: the table is larger than the processor's cache, which is asked for several places at once.</summary>
    public void Add(ulong hash)
    {
        _coming[_comingCount++] = hash == 0 ? 1 : hash;
        if (_comingCount == _coming.Length) AddComing();
    }

    /// <returns>False when it was there. For sets that nothing is merely added to.</returns>
    public bool TryAdd(ulong hash)
    {
        if (hash == 0) hash = 1; // zero marks an empty slot; one more false positive in 2^64
        if (!Insert(_slots, hash)) return false;
        if (_count == _list.Length) Array.Resize(ref _list, _count * 2);
        _list[_count++] = hash;
        if (_count * 2 <= _slots.Length) return true;
        _slots = new ulong[_slots.Length * 2];
        foreach (var item in _list.AsSpan(0, _count)) Insert(_slots, item);
        return true;
    }

    private void AddComing()
    {
        Span<ulong> places = stackalloc ulong[_coming.Length];
        var mask = (ulong)_slots.Length - 1;
        for (var i = 0; i < _comingCount; i++) places[i] = _slots[(int)(_coming[i] & mask)];
        for (var i = 0; i < _comingCount; i++)
        {
            if (places[i] != _coming[i]) TryAdd(_coming[i]);
        }
        _comingCount = 0;
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
