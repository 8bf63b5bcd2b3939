using Akashi.Traces.Store.Columns;

namespace Akashi.Traces.Store.Reading;

/// <summary>What most questions need of a block decoded. Kept while the budget lasts; thread-safe.</summary>
/// <param name="keys">Of the segment.</param>
internal sealed class BlockParts(int blocks, int keys, PartBudget budget)
{
    private readonly ColumnHead?[]?[] _heads = new ColumnHead?[]?[blocks];
    private readonly MetaBlock?[] _meta = new MetaBlock?[blocks];
    private readonly ShapeBlock?[] _shapes = new ShapeBlock?[blocks];
    private readonly BlockTimes?[] _times = new BlockTimes?[blocks];
    // Of each block as in its reader: index 0 is the lines kept verbatim, index n + 1 is key n.
    private readonly byte[]?[]?[] _codes = new byte[]?[]?[blocks];
    private readonly ColumnValues?[]?[] _values = new ColumnValues?[]?[blocks];
    private readonly Lock _lock = new();
    private long _bytes;

    public ref ColumnHead?[]? Heads(int block) => ref _heads[block];

    public ref MetaBlock? Meta(int block) => ref _meta[block];

    public ref ShapeBlock? Shapes(int block) => ref _shapes[block];

    public ref BlockTimes? Times(int block) => ref _times[block];

    /// <summary>For each row which of the few values of a key it has.</summary>
    public byte[]? Codes(int block, int key) => Volatile.Read(ref _codes[block])?[key + 1];

    public void KeepCodes(int block, int key, byte[] codes) => Keep(ref _codes[block], key, codes, codes.Length);

    /// <summary>The values of a key that has few.</summary>
    public ColumnValues? Values(int block, int key) => Volatile.Read(ref _values[block])?[key + 1];

    public void KeepValues(int block, int key, ColumnValues values, int bytes) => Keep(ref _values[block], key, values, bytes);

    /// <summary>Keeps a part that was just decoded.</summary>
    /// <param name="bytes">About how much memory it takes.</param>
    /// <returns>False when somebody else did, or there is no room.</returns>
    public bool TryKeep<T>(ref T? place, T part, int bytes)
        where T : class
    {
        lock (_lock)
        {
            if (place is not null || !budget.TryTake(bytes)) return false;
            _bytes += bytes;
            Volatile.Write(ref place, part);
            return true;
        }
    }

    public void Drop()
    {
        lock (_lock)
        {
            Array.Clear(_heads);
            Array.Clear(_meta);
            Array.Clear(_shapes);
            Array.Clear(_times);
            Array.Clear(_codes);
            Array.Clear(_values);
            budget.GiveBack(_bytes);
            _bytes = 0;
        }
    }

    private void Keep<T>(ref T?[]? places, int key, T part, int bytes)
        where T : class
    {
        var known = Volatile.Read(ref places);
        if (known is null)
        {
            known = new T?[keys + 1];
            if (!TryKeep(ref places, known, IntPtr.Size * known.Length)) return;
        }
        _ = TryKeep(ref known[key + 1], part, bytes);
    }
}

/// <summary>How much memory the parts of all segments together may take.</summary>
internal sealed class PartBudget(long most)
{
    private long _taken;
    private bool _refused;

    /// <summary>Something was refused since room was made last.</summary>
    public bool IsFull => Volatile.Read(ref _refused);

    public long Taken => Volatile.Read(ref _taken);

    public bool IsHalfFree => Taken <= most / 2;

    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= most) return true;
        Interlocked.Add(ref _taken, -bytes);
        Volatile.Write(ref _refused, true);
        return false;
    }

    public void GiveBack(long bytes) => Interlocked.Add(ref _taken, -bytes);

    public void Reopen() => Volatile.Write(ref _refused, false);
}
