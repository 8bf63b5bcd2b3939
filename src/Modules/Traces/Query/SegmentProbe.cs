using System.Buffers;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Filters;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Query;

/// <summary>Tells in which blocks of a segment something may be, without reading them.</summary>
internal readonly struct SegmentProbe(SegmentReader segment)
{
    private static readonly SearchValues<byte> OfIntegers = SearchValues.Create("-0123456789"u8);

    public RowSet None() => new(segment.Directory.Blocks.Length);

    public RowSet All()
    {
        var all = None();
        all.Fill();
        return all;
    }

    public RowSet WithValue(FoldedText field, FoldedText value)
    {
        var seed = segment.Index.Seed;
        var blocks = None();
        segment.Index.Find(Words.IsOne(value.Bytes) ? TermHash.Word(value.Bytes, seed) : TermHash.Value(value.Bytes, TermHash.Key(field.Bytes, seed)), blocks);
        if (ColumnBuilder.TryInteger(value.Bytes, out var number)) AddIntegers(field, [number], blocks);
        return blocks;
    }

    public RowSet WithWord(ReadOnlySpan<byte> word)
    {
        var blocks = None();
        segment.Index.Find(TermHash.Word(word, segment.Index.Seed), blocks);
        // A word of digits may be an integer, also a negative one.
        var numbers = new List<long>();
        if (ColumnBuilder.TryInteger(word, out var number)) numbers.Add(number);
        if (ColumnBuilder.TryInteger([(byte)'-', .. word], out number)) numbers.Add(number);
        if (numbers.Count > 0) AddIntegers(null, numbers, blocks);
        return blocks;
    }

    /// <summary>Blocks in which a value of the field may contain the part.</summary>
    public RowSet WithPart(FoldedText field, byte[] part)
    {
        var grams = Grams.CertainIn(part, segment.Index.Seed);
        if (grams.Length == 0) return All();
        var blocks = All();
        foreach (var gram in grams)
        {
            var more = None();
            segment.Index.Find(gram, more);
            blocks.IntersectWith(more);
        }
        if (part.AsSpan().IndexOfAnyExcept(OfIntegers) < 0) AddIntegers(field, null, blocks);
        return blocks;
    }

    /// <summary>Blocks whose columns of integers may hold one of the numbers.</summary>
    /// <param name="field">Null for every field.</param>
    /// <param name="numbers">Null for any.</param>
    private void AddIntegers(FoldedText? field, List<long>? numbers, RowSet blocks)
    {
        var directory = segment.Directory;
        for (var block = 0; block < directory.Blocks.Length; block++)
        {
            foreach (ref readonly var chunk in directory.Blocks[block].Chunks.AsSpan())
            {
                if (chunk.Ranges is not { } ranges || field is not null && !segment.FoldedKeys[Store.Format.ColumnIds.KeyOf(chunk.Column)].AsSpan().SequenceEqual(field.Bytes)) continue;
                if (numbers is null || numbers.Exists(ranges.MayHold)) blocks.Add(block);
            }
        }
    }
}
