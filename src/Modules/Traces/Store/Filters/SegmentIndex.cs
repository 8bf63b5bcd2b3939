using System.Numerics;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Filters;

/// <summary>Tells in which blocks of a segment a term may stand. Reads one page a question, and keeps it. Thread-safe.</summary>
internal sealed class SegmentIndex(SegmentReader segment)
{
    private readonly IndexPage?[] _pages = new IndexPage?[segment.Directory.Index.Length];
    private long _bytes;

    /// <summary>Memory that the pages read so far take, about.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>What it takes when all is read.</summary>
    public long WholeBytes { get; } = segment.Directory.Index.Sum(page => (long)page.Decoded);

    public ulong Seed => segment.Directory.IndexSeed;

    public int Blocks => segment.Directory.Blocks.Length;

    /// <summary>Adds the blocks that may hold the term.</summary>
    public void Find(ulong term, RowSet blocks)
    {
        if (term == 0) term = 1; // as the set that collected it
        var pageBits = BitOperations.Log2((uint)_pages.Length);
        try
        {
            Page(IndexPage.Of(term, pageBits)).Find(term << pageBits, blocks);
        }
        catch (InvalidDataException e)
        {
            throw segment.Damage(SegmentReader.OutsideBlocks, ColumnIds.IndexPage, e.Message);
        }
    }

    /// <exception cref="SegmentDamagedException">A page is not as it was written.</exception>
    public void ReadAll()
    {
        for (var page = 0; page < _pages.Length; page++) _ = Page(page);
    }

    /// <summary>Gives up what was read; who is using a page goes on with it.</summary>
    public void Drop()
    {
        for (var page = 0; page < _pages.Length; page++)
        {
            if (Interlocked.Exchange(ref _pages[page], null) is { } known) Interlocked.Add(ref _bytes, -known.Bytes);
        }
    }

    private IndexPage Page(int number)
    {
        if (Volatile.Read(ref _pages[number]) is { } known) return known;
        var page = segment.DecodePart(number, segment.Directory.Index[number], bytes => new IndexPage(bytes.ToArray()));
        if (Interlocked.CompareExchange(ref _pages[number], page, null) is { } other) return other;
        Interlocked.Add(ref _bytes, page.Bytes);
        return page;
    }
}
