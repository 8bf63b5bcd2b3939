using System.Buffers;
using Akashi.Traces.Query;

namespace Akashi.Traces.Store.Filters;

/// <summary>
/// What the index holds of each value: its folded words; the folded whole together with its folded key, unless the value is a single word or long (then words
/// or stretches tell nearly as much for less space); and stretches of it (<see cref="Grams"/>). Of a digest there is the word and how it begins.
/// </summary>
internal static class TermHash
{
    /// <summary>A value is long when it has more bytes.</summary>
    public const int LongestWhole = 64;

    private const int LeastDigest = 32;
    public const int DigestStart = 8;
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>Stretches of what looks like chance would fill the index, and hardly anybody looks for the middle of one.</summary>
    public static bool IsDigest(ReadOnlySpan<byte> folded) => folded.Length >= LeastDigest && IsPartOfDigest(folded);

    public static bool IsPartOfDigest(ReadOnlySpan<byte> folded) => !folded.ContainsAnyExcept(HexDigits);

    /// <param name="folded">At least the beginning of a digest.</param>
    public static ulong Start(ReadOnlySpan<byte> folded, ulong seed) => FastHash.Of(folded[..DigestStart], ~seed);

    public static bool HasWhole(ReadOnlySpan<byte> folded) => folded.Length <= LongestWhole && !Words.IsOne(folded);

    public static ulong Word(ReadOnlySpan<byte> foldedWord, ulong seed) => FastHash.Of(foldedWord, seed);

    /// <summary>Hash of a key, the seed of its values.</summary>
    public static ulong Key(ReadOnlySpan<byte> foldedKey, ulong seed) => FastHash.Of(foldedKey, ~seed);

    public static ulong Value(ReadOnlySpan<byte> foldedValue, ulong keyHash) => FastHash.Of(foldedValue, keyHash);
}
