using System.Buffers;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Filters;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Query;

/// <summary>Tells in which blocks of a segment something may be, without reading them.</summary>
internal readonly struct SegmentProbe(SegmentReader segment)
{
    /// <summary>More of a long text would hardly tell more.</summary>
    private const int MostGrams = 32;
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
        var blocks = None();
        var withField = WithField(field);
        if (withField.IsEmpty) return withField;
        AddWhole(field, value.Bytes, blocks);
        if (ColumnBuilder.TryInteger(value.Bytes, out var number)) AddIntegers(field, [number], blocks);
        blocks.IntersectWith(withField);
        return blocks;
    }

    public RowSet WithAnyValue(FoldedText field, FoldedSet values)
    {
        var blocks = None();
        var withField = WithField(field);
        if (withField.IsEmpty) return withField;
        if (values.Numbers.Count > 0) AddIntegers(field, values.Numbers, blocks);
        for (var i = 0; i < values.Values.Length; i++)
        {
            AddWhole(field, values.Values[i], blocks);
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
    /// <param name="isStart">Whether the value begins with it.</param>
    public RowSet WithPart(FoldedText? field, byte[] part, bool isStart = false)
    {
        var grams = Grams.CertainIn(part, segment.Index.Seed);
        if (grams.Length == 0) return All();
        var blocks = WithGrams(grams);
        if (TermHash.IsPartOfDigest(part)) AddDigests(field, part, isStart, blocks);
        if (part.AsSpan().IndexOfAnyExcept(OfIntegers) < 0) AddIntegers(field, null, blocks);
        return blocks;
    }

    private void AddWhole(FoldedText field, byte[] value, RowSet blocks)
    {
        var seed = segment.Index.Seed;
        if (TermHash.HasWhole(value)) segment.Index.Find(TermHash.Value(value, TermHash.Key(field.Bytes, seed)), blocks);
        else if (Words.IsOne(value)) segment.Index.Find(TermHash.Word(value, seed), blocks);
        else blocks.UnionWith(WithGrams(Grams.CertainIn(value, seed)));
    }

    private RowSet WithGrams(ulong[] grams)
    {
        var blocks = All();
        var more = None();
        foreach (var gram in grams.AsSpan(0, Math.Min(grams.Length, MostGrams)))
        {
            more.Clear();
            segment.Index.Find(gram, more);
            blocks.IntersectWith(more);
            if (blocks.IsEmpty) break;
        }
        return blocks;
    }

    /// <summary>Digests have no stretches in the index: where columns hold some, a part may be in any.</summary>
    private void AddDigests(FoldedText? field, byte[] part, bool isStart, RowSet blocks)
    {
        if (isStart && part.Length >= TermHash.DigestStart)
        {
            segment.Index.Find(TermHash.Start(part, segment.Index.Seed), blocks);
            return;
        }
        for (var block = 0; block < blocks.Size; block++)
        {
            foreach (ref readonly var chunk in segment.Directory.Blocks[block].Chunks.AsSpan())
            {
                if (chunk.HasDigests && (field is null || segment.FoldedKeys[ColumnIds.KeyOf(chunk.Column)].AsSpan().SequenceEqual(field.Bytes))) blocks.Add(block);
            }
        }
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
