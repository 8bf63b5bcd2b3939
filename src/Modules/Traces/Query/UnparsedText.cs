using Akashi.Traces.Lines;

namespace Akashi.Traces.Query;

/// <summary>The part of an unparsable line that word search looks at: all of it, up to the length a proper line may have.</summary>
internal static class UnparsedText
{
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> line) => line[..Math.Min(line.Length, LineParser.MaxLineBytes)];
}
