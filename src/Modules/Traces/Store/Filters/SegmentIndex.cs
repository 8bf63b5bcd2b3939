using System.Numerics;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Filters;

/// <summary>Tells in which blocks of a segment a term may stand. Reads one page a question, and keeps it. Thread-safe.</summary>
internal sealed class SegmentIndex(SegmentReader segment)
{
    private readonly IndexPage?[] _pages = new IndexPage?[Math.Max(0, segment.Directory.Index.Length - 1)];
    private int[][]? _lists;
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    public ulong Seed => segment.Directory.IndexSeed;

    public int Blocks => segment.Directory.Blocks.Length;

    /// <summary>Adds the blocks that may hold the term.</summary>
    public void Find(ulong term, RowSet blocks)
    {
        if (term == 0) term = 1; // as the set that collected it
        var pageBits = BitOperations.Log2((uint)_pages.Length);
        var places = new List<int>();
        Page(pageBits == 0 ? 0 : (int)(term >> (64 - pageBits))).Find(term << pageBits, places);
        foreach (var place in places)
        {
            if (place >= 0) blocks.Add(place < Blocks ? place : throw segment.Damage(SegmentReader.OutsideBlocks, ColumnIds.IndexPage, $"block {place} is unknown."));
            else AddList(-1 - place, blocks);
        }
    }

    /// <summary>Reads all of it, to find damage.</summary>
    public void Check()
    {
        for (var page = 0; page < _pages.Length; page++) _ = Page(page);
        _ = _lists ?? ReadLists();
    }

    private void AddList(int number, RowSet blocks)
    {
        var lists = _lists ?? ReadLists();
        if (number >= lists.Length) throw segment.Damage(SegmentReader.OutsideBlocks, ColumnIds.IndexLists, $"list {number} is missing.");
        if (number == 0) blocks.Fill();
        foreach (var block in lists[number]) blocks.Add(block);
    }

    private IndexPage Page(int number)
    {
        if (Volatile.Read(ref _pages[number]) is { } known) return known;
        var page = segment.DecodePart(number, segment.Directory.Index[number], bytes => new IndexPage(bytes.ToArray()));
        if (Interlocked.CompareExchange(ref _pages[number], page, null) is { } other) return other;
        Interlocked.Add(ref _bytes, page.Bytes);
        return page;
    }

    private int[][] ReadLists()
    {
        var entry = segment.Directory.Index[^1];
        var lists = segment.DecodePart(_pages.Length, entry, bytes =>
        {
            var reader = new ByteReader(bytes.Span);
            var read = new int[reader.Count(bytes.Length)][];
            for (var i = 0; i < read.Length; i++)
            {
                read[i] = new int[reader.Count(Blocks)];
                var block = 0;
                for (var j = 0; j < read[i].Length; j++) read[i][j] = block += reader.Count(Blocks - 1L - block);
            }
            reader.End();
            return read;
        });
        if (Interlocked.CompareExchange(ref _lists, lists, null) is null) Interlocked.Add(ref _bytes, entry.Decoded * 4L);
        return _lists;
    }
}
