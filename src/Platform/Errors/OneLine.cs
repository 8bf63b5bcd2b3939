using System.Globalization;
using System.Text;

namespace Akashi.Platform.Errors;

/// <summary>Text of people or of foreign servers, made safe to stand in a header, a list or a log.</summary>
internal static class OneLine
{
    /// <summary>Line breaks of any kind, control characters and marks that turn the direction of text become spaces.</summary>
    public static string Of(string text, int maximum)
    {
        var clean = new StringBuilder(Math.Min(text.Length, maximum));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > maximum) break;
            if (Breaks(rune)) clean.Append(' ');
            else clean.Append(rune);
        }
        return clean.ToString().Trim();
    }

    private static bool Breaks(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200E or 0x200F or 0x061C;
}
