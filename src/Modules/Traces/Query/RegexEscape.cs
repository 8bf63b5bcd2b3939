using System.Globalization;

namespace Akashi.Traces.Query;

/// <summary>What a backslash begins, outside of brackets and inside.</summary>
internal static class RegexEscape
{
    private const string Sets = "dDwWsS";
    private const string Anchors = "bBAzZ";

    /// <param name="at">Behind the backslash; moved behind the escape.</param>
    /// <param name="character">The character it stands for, when null is returned.</param>
    /// <returns>The escape, when it names a set or an anchor.</returns>
    public static string? Read(string text, ref int at, out char character, bool inClass = false)
    {
        var start = at - 1;
        character = default;
        if (at == text.Length) throw Refuse(QueryError.RegexInvalid, start, "\\\\");
        var c = text[at++];
        if (Sets.Contains(c, StringComparison.Ordinal)) return "\\" + c;
        if (c is 'p' or 'P') return Category(text, ref at, start);
        if (!inClass && Anchors.Contains(c, StringComparison.Ordinal)) return "\\" + c;
        character = c switch
        {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\f',
            'v' => '\v',
            'e' => '\u001B',
            'a' => '\a',
            'b' => '\b', // inside brackets
            '0' when at == text.Length || !char.IsAsciiDigit(text[at]) => '\0',
            'x' => Hex(text, ref at, 2, start),
            'u' => Hex(text, ref at, 4, start),
            // Digits and k refer back; other letters mean something in one dialect or other.
            _ when char.IsLetterOrDigit(c) || char.IsSurrogate(c) => throw Refuse(QueryError.RegexUnsupported, start),
            _ => c,
        };
        return null;
    }

    private static string Category(string text, ref int at, int start)
    {
        var end = at < text.Length && text[at] == '{' ? text.IndexOf('}', at) : -1;
        if (end < 0) throw Refuse(QueryError.RegexInvalid, start);
        at = end + 1;
        return text[start..at];
    }

    private static char Hex(string text, ref int at, int digits, int start)
    {
        if (text.Length - at < digits || !ushort.TryParse(text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)) throw Refuse(QueryError.RegexInvalid, start);
        at += digits;
        return (char)code;
    }

    private static RegexRefusedException Refuse(string id, int index, string? fix = null) => new(new RegexRefusal(id, index, fix));
}
