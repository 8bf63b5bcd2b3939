namespace Akashi.Traces.Store.Filters;

/// <summary>
/// What the index holds of each value: its folded words; the folded whole together with its folded key, unless the value is a single word (then the
/// word alone tells nearly as much for half the space); and stretches of it (<see cref="Grams"/>).
/// </summary>
internal static class TermHash
{
    public static ulong Word(ReadOnlySpan<byte> foldedWord, ulong seed) => FastHash.Of(foldedWord, seed);

    /// <summary>Hash of a key, the seed of its values.</summary>
    public static ulong Key(ReadOnlySpan<byte> foldedKey, ulong seed) => FastHash.Of(foldedKey, ~seed);

    public static ulong Value(ReadOnlySpan<byte> foldedValue, ulong keyHash) => FastHash.Of(foldedValue, keyHash);
}
