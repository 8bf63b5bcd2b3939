using System.Numerics;
using System.Runtime.InteropServices;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Filters;

/// <summary>Collects in which blocks of a segment each term stands, and writes the index.</summary>
internal sealed class SegmentIndexBuilder
{
    private const int Buckets = 256;
    private const int TermsPerPage = 8192;

    private readonly (List<ulong> Hashes, List<int> Blocks)[] _buckets = [.. Enumerable.Range(0, Buckets).Select(_ => (new List<ulong>(), new List<int>()))];
    private readonly BitWriter _stream = new();
    private int _blocks;
    private long _count;

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

    /// <summary>Hands out the pages, a power of two of them.</summary>
    public void Write(ByteWriter to, Action<int> chunk)
    {
        var pages = 1;
        while (pages < Buckets && _count / pages > TermsPerPage) pages *= 2;
        var pageBits = BitOperations.Log2((uint)pages);
        var (hashes, ends, places) = (new List<ulong>(), new List<int>(), new List<int>());
        for (var page = 0; page < pages; page++)
        {
            hashes.Clear();
            ends.Clear();
            places.Clear();
            for (var bucket = page * Buckets / pages; bucket < (page + 1) * Buckets / pages; bucket++) Gather(_buckets[bucket], pageBits, hashes, ends, places);
            IndexPage.Write(to, CollectionsMarshal.AsSpan(hashes), CollectionsMarshal.AsSpan(ends), CollectionsMarshal.AsSpan(places), _blocks, _stream);
            chunk(ColumnIds.IndexPage);
        }
    }

    private static void Gather((List<ulong> Hashes, List<int> Blocks) bucket, int pageBits, List<ulong> hashes, List<int> ends, List<int> places)
    {
        var terms = CollectionsMarshal.AsSpan(bucket.Hashes);
        var blocks = CollectionsMarshal.AsSpan(bucket.Blocks);
        terms.Sort(blocks);
        for (var start = 0; start < terms.Length;)
        {
            var end = start + 1;
            while (end < terms.Length && terms[end] == terms[start]) end++;
            hashes.Add(terms[start] << pageBits);
            if (end - start <= IndexPage.MostBlocks)
            {
                blocks[start..end].Sort();
                places.AddRange(blocks[start..end]);
            }
            ends.Add(places.Count);
            start = end;
        }
        bucket.Hashes.Clear();
        bucket.Blocks.Clear();
    }
}
