namespace Akashi.Traces.Store.Filters;

/// <summary>
/// What a block's filter holds: each folded word, and each folded whole value together with its folded key unless the value is a single
/// word: then the word alone tells nearly as much for half the space.
/// </summary>
internal static class FilterHash
{
    public static ulong Word(ReadOnlySpan<byte> foldedWord, ulong seed) => NotZero(FastHash.Of(foldedWord, seed));

    /// <summary>Hash of a key, the seed of its values.</summary>
    public static ulong Key(ReadOnlySpan<byte> foldedKey, ulong seed) => FastHash.Of(foldedKey, ~seed);

    public static ulong Value(ReadOnlySpan<byte> foldedValue, ulong keyHash) => NotZero(FastHash.Of(foldedValue, keyHash));

    private static ulong NotZero(ulong hash) => hash == 0 ? 1 : hash;
}
