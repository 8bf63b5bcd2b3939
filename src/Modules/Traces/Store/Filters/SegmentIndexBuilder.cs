using System.Numerics;
using System.Runtime.InteropServices;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Filters;

/// <summary>Collects in which blocks of a segment each term stands, and writes the index.</summary>
internal sealed class SegmentIndexBuilder
{
    private const int Buckets = 256;

    /// <summary>A question reads a page for each of its terms, so they are small; their places in the directory cost a hundredth of them.</summary>
    private const int TermsPerPage = 1024;
    private const int MostPages = 4096;

    private readonly (List<ulong> Hashes, List<int> Blocks)[] _buckets = [.. Enumerable.Range(0, Buckets).Select(_ => (new List<ulong>(), new List<int>()))];
    private readonly BitWriter _stream = new();

    // Of the page that is being gathered: terms, where the blocks of each end, blocks.
    private readonly List<ulong> _hashes = [];
    private readonly List<int> _ends = [];
    private readonly List<int> _places = [];
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

    /// <summary>Hands out the pages, a power of two of them. The terms are gone then.</summary>
    public void Write(ByteWriter to, Action<int> chunk)
    {
        var pages = 1;
        while (pages < MostPages && _count / pages > TermsPerPage) pages *= 2;
        var pageBits = BitOperations.Log2((uint)pages);
        var page = 0;
        foreach (var (hashes, blocks) in _buckets)
        {
            var terms = CollectionsMarshal.AsSpan(hashes);
            var places = CollectionsMarshal.AsSpan(blocks);
            terms.Sort(places);
            for (var start = 0; start < terms.Length;)
            {
                for (; page < IndexPage.Of(terms[start], pageBits); page++) WritePage();
                var end = start + 1;
                while (end < terms.Length && terms[end] == terms[start]) end++;
                Gather(terms[start] << pageBits, places[start..end]);
                start = end;
            }
            hashes.Clear();
            blocks.Clear();
        }
        for (; page < pages; page++) WritePage();

        void WritePage()
        {
            IndexPage.Write(to, CollectionsMarshal.AsSpan(_hashes), CollectionsMarshal.AsSpan(_ends), CollectionsMarshal.AsSpan(_places), _blocks, _stream);
            chunk(ColumnIds.IndexPage);
            _hashes.Clear();
            _ends.Clear();
            _places.Clear();
        }
    }

    private void Gather(ulong hash, Span<int> blocks)
    {
        _hashes.Add(hash);
        if (blocks.Length <= IndexPage.MostBlocks)
        {
            blocks.Sort();
            _places.AddRange(blocks);
        }
        _ends.Add(_places.Count);
    }
}
