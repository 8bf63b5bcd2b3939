using System.Buffers;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Filters;
using Akashi.Traces.Store.Format;
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

    /// <summary>Blocks that may have the field: rows kept verbatim may hold any.</summary>
    public RowSet WithField(FoldedText field)
    {
        if (Array.Exists(segment.FoldedKeys, key => key.AsSpan().SequenceEqual(field.Bytes))) return All();
        var blocks = None();
        for (var block = 0; block < blocks.Size; block++)
        {
            if (segment.Directory.Blocks[block].RawRows > 0) blocks.Add(block);
        }
        return blocks;
    }

    public RowSet WithValue(FoldedText field, FoldedText value)
    {
        var seed = segment.Index.Seed;
        var blocks = None();
        var withField = WithField(field);
        if (withField.IsEmpty) return withField;
        segment.Index.Find(Words.IsOne(value.Bytes) ? TermHash.Word(value.Bytes, seed) : TermHash.Value(value.Bytes, TermHash.Key(field.Bytes, seed)), blocks);
        if (ColumnBuilder.TryInteger(value.Bytes, out var number)) AddIntegers(field, [number], blocks);
        blocks.IntersectWith(withField);
        return blocks;
    }

    public RowSet WithAnyValue(FoldedText field, FoldedSet values)
    {
        var seed = segment.Index.Seed;
        var keyHash = TermHash.Key(field.Bytes, seed);
        var blocks = None();
        var withField = WithField(field);
        if (withField.IsEmpty) return withField;
        if (values.Numbers.Count > 0) AddIntegers(field, values.Numbers, blocks);
        for (var i = 0; i < values.Values.Length; i++)
        {
            segment.Index.Find(values.AreWords[i] ? TermHash.Word(values.Values[i], seed) : TermHash.Value(values.Values[i], keyHash), blocks);
            if (i % 64 == 63 && blocks.Count() == blocks.Size) break;
        }
        blocks.IntersectWith(withField);
        return blocks;
    }

    /// <summary>Blocks in which a value of the field may be a number, were it an integer, between the two. Other numbers lie in columns of texts.</summary>
    public RowSet WithNumber(FoldedText field, long first, long last)
    {
        var blocks = WithField(field);
        var keys = new List<int>();
        foreach (var (key, name) in segment.FoldedKeys.Index())
        {
            if (name.AsSpan().SequenceEqual(field.Bytes)) keys.Add(key);
        }
        for (var block = blocks.Next(0); block >= 0; block = block + 1 == blocks.Size ? -1 : blocks.Next(block + 1))
        {
            var entry = segment.Directory.Blocks[block];
            if (entry.RawRows == 0 && keys.TrueForAll(key => entry.Find(ColumnIds.Codes(key))?.Ranges is { } ranges && !ranges.MayHold(first, last))) blocks.Remove(block);
        }
        return blocks;
    }

    public RowSet WithWord(ReadOnlySpan<byte> word)
    {
        var blocks = WithText(word);
        // A word of digits may be an integer, also a negative one.
        var numbers = new List<long>();
        if (ColumnBuilder.TryInteger(word, out var number)) numbers.Add(number);
        if (ColumnBuilder.TryInteger([(byte)'-', .. word], out number)) numbers.Add(number);
        if (numbers.Count > 0) AddIntegers(null, numbers, blocks);
        return blocks;
    }

    /// <summary>Blocks in which a value that is no integer may have the word.</summary>
    public RowSet WithText(ReadOnlySpan<byte> word)
    {
        var blocks = None();
        segment.Index.Find(TermHash.Word(word, segment.Index.Seed), blocks);
        return blocks;
    }

    /// <summary>Blocks in which a value of the field may contain the part.</summary>
    /// <param name="field">Null for every field.</param>
    public RowSet WithPart(FoldedText? field, byte[] part)
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
                if (chunk.Ranges is not { } ranges || field is not null && !segment.FoldedKeys[ColumnIds.KeyOf(chunk.Column)].AsSpan().SequenceEqual(field.Bytes)) continue;
                if (numbers is null || numbers.Exists(ranges.MayHold)) blocks.Add(block);
            }
        }
    }
}
