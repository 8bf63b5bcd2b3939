using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Filters;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Query;

/// <summary>What can be told of a block without reading its columns.</summary>
internal readonly struct BlockSummary(SegmentReader segment, int block)
{
    private BlockEntry Entry => segment.Directory.Blocks[block];

    public bool MayHoldField(FoldedText field)
    {
        if (Entry.RawRows > 0) return true;
        foreach (ref readonly var chunk in Entry.Chunks.AsSpan())
        {
            if (chunk.Column >= ColumnIds.FirstKey && Named(chunk.Column, field)) return true;
        }
        return false;
    }

    public bool MayHoldValue(FoldedText field, FoldedText value)
    {
        if (!MayHoldField(field) || !RangesAllow(field, value)) return false;
        if (Words.IsOne(value.Bytes)) return MayHoldWord(value.Bytes);
        var seed = segment.Directory.FilterSeed;
        return BloomFilter.MayHold(segment.Filter(block), FilterHash.Value(value.Bytes, FilterHash.Key(field.Bytes, seed)));
    }

    public bool MayHoldWord(ReadOnlySpan<byte> word) =>
        BloomFilter.MayHold(segment.Filter(block), FilterHash.Word(word, segment.Directory.FilterSeed));

    /// <summary>False when all columns of the field are integers whose ranges leave the value out.</summary>
    private bool RangesAllow(FoldedText field, FoldedText value)
    {
        if (Entry.RawRows > 0) return true;
        var isInteger = ColumnBuilder.TryInteger(value.Bytes, out var number);
        foreach (ref readonly var chunk in Entry.Chunks.AsSpan())
        {
            if (chunk.Column < ColumnIds.FirstKey || !Named(chunk.Column, field)) continue;
            if (chunk.Range is not { } range || isInteger && number >= range.Min && number <= range.Max) return true;
        }
        return false;
    }

    private bool Named(int column, FoldedText field) => segment.FoldedKeys[column - ColumnIds.FirstKey].AsSpan().SequenceEqual(field.Bytes);
}
