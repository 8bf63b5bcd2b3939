using System.Numerics;
using System.Runtime.InteropServices;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Filters;

/// <summary>Collects in which blocks of a segment each term stands, and writes the index: pages of terms, and the lists of blocks that many terms share.</summary>
internal sealed class SegmentIndexBuilder
{
    private const int Buckets = 256;
    private const int TermsPerPage = 8192;

    /// <summary>A term in more blocks than this is said to be in all.</summary>
    private const int LongestList = 16;

    private readonly (List<ulong> Hashes, List<int> Blocks)[] _buckets = [.. Enumerable.Range(0, Buckets).Select(_ => (new List<ulong>(), new List<int>()))];
    private readonly Dictionary<int[], int> _lists = new(Comparer.Instance);
    private readonly Dictionary<int[], int>.AlternateLookup<ReadOnlySpan<int>> _listOf;
    private int _blocks;
    private long _count;

    public SegmentIndexBuilder() => _listOf = _lists.GetAlternateLookup<ReadOnlySpan<int>>();

    public void AddBlock(ReadOnlySpan<ulong> terms)
    {
        foreach (var term in terms)
        {
            ref var bucket = ref _buckets[term >> 56];
            bucket.Hashes.Add(term);
            bucket.Blocks.Add(_blocks);
        }
        _count += terms.Length;
        _blocks++;
    }

    /// <summary>Hands out the pages, a power of two of them, then the lists.</summary>
    public void Write(ByteWriter to, Action<int> chunk)
    {
        var pages = 1;
        while (pages < Buckets && _count / pages > TermsPerPage) pages *= 2;
        var pageBits = BitOperations.Log2((uint)pages);
        _listOf.TryAdd(default, 0); // list 0: all blocks
        for (var page = 0; page < pages; page++)
        {
            var (hashes, places) = (new List<ulong>(), new List<int>());
            for (var bucket = page * Buckets / pages; bucket < (page + 1) * Buckets / pages; bucket++) Gather(_buckets[bucket], pageBits, hashes, places);
            IndexPage.Write(to, CollectionsMarshal.AsSpan(hashes), CollectionsMarshal.AsSpan(places), _blocks, _lists.Count);
            chunk(ColumnIds.IndexPage);
        }
        to.Varint(_lists.Count);
        foreach (var list in _lists.OrderBy(list => list.Value).Select(list => list.Key))
        {
            to.Varint(list.Length);
            var before = 0;
            foreach (var block in list)
            {
                to.Varint(block - before);
                before = block;
            }
        }
        chunk(ColumnIds.IndexLists);
    }

    private void Gather((List<ulong> Hashes, List<int> Blocks) bucket, int pageBits, List<ulong> hashes, List<int> places)
    {
        var terms = CollectionsMarshal.AsSpan(bucket.Hashes);
        var blocks = CollectionsMarshal.AsSpan(bucket.Blocks);
        terms.Sort(blocks);
        for (var start = 0; start < terms.Length;)
        {
            var end = start + 1;
            while (end < terms.Length && terms[end] == terms[start]) end++;
            hashes.Add(terms[start] << pageBits);
            if (end - start == 1) places.Add(blocks[start]);
            else if (end - start > LongestList) places.Add(-1);
            else
            {
                blocks[start..end].Sort();
                places.Add(-1 - ListOf(blocks[start..end]));
            }
            start = end;
        }
        bucket.Hashes.Clear();
        bucket.Blocks.Clear();
    }

    private int ListOf(ReadOnlySpan<int> blocks)
    {
        if (_listOf.TryGetValue(blocks, out var known)) return known;
        var number = _lists.Count;
        _listOf[blocks] = number;
        return number;
    }

    private sealed class Comparer : IEqualityComparer<int[]>, IAlternateEqualityComparer<ReadOnlySpan<int>, int[]>
    {
        public static readonly Comparer Instance = new();

        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<int> alternate, int[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(int[] obj) => GetHashCode((ReadOnlySpan<int>)obj);

        public int GetHashCode(ReadOnlySpan<int> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(alternate));
            return hash.ToHashCode();
        }

        public int[] Create(ReadOnlySpan<int> alternate) => alternate.ToArray();
    }
}
