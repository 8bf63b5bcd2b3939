using System.Security.Cryptography;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Filters;

namespace Akashi.Traces.Query;

/// <summary>Many folded texts, found by hash.</summary>
internal sealed class FoldedSet
{
    private static readonly ulong Seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)); // keeps chosen values from colliding
    private readonly Dictionary<ulong, int> _first;
    private readonly int[] _next;

    public FoldedSet(IReadOnlyList<string> values)
    {
        Values = [.. values.Select(Folder.Fold)];
        Numbers = [.. Values.Select(value => ColumnBuilder.TryInteger(value, out var number) ? number : default(long?)).OfType<long>()];
        _first = new Dictionary<ulong, int>(Values.Length);
        _next = new int[Values.Length];
        for (var i = 0; i < Values.Length; i++)
        {
            var hash = FastHash.Of(Values[i], Seed);
            _next[i] = _first.TryGetValue(hash, out var other) ? other : -1;
            if (_next[i] < 0 || !Contains(Values[i])) _first[hash] = i;
        }
    }

    public byte[][] Values { get; }

    /// <summary>Those that a column of integers can hold.</summary>
    public List<long> Numbers { get; }

    public bool Contains(ReadOnlySpan<byte> folded)
    {
        if (!_first.TryGetValue(FastHash.Of(folded, Seed), out var at)) return false;
        for (; at >= 0; at = _next[at])
        {
            if (folded.SequenceEqual(Values[at])) return true;
        }
        return false;
    }
}
