using System.Globalization;
using System.Text;

namespace Akashi.Cli;

/// <summary>
/// Text of others on a terminal. A recorded command line may hold escape sequences that would repaint the screen or type for the reader,
/// and direction marks that make one path look like another.
/// </summary>
internal static class Printable
{
    /// <summary>The text on one line, with control and direction characters replaced.</summary>
    public static string Line(string text)
    {
        if (text.All(IsHarmless)) return text;
        var result = new StringBuilder(text.Length);
        foreach (var character in text) result.Append(IsHarmless(character) ? character : character is '\t' or '\r' or '\n' ? ' ' : '\uFFFD');
        return result.ToString();
    }

    /// <summary>The same, at most so many characters.</summary>
    public static string Shorten(string text, int length) => text.Length <= length ? Line(text) : Line(text[..(length - 1)]) + "…";

    private static bool IsHarmless(char character) =>
        !char.IsControl(character) && (character < 0x80 || CharUnicodeInfo.GetUnicodeCategory(character) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));
}
