using System.Text.Unicode;

namespace Akashi.Traces.Lines;

/// <summary>
/// Parses one line: header, then pairs <c>key=value</c> or <c>key="value"</c>, each after one or more spaces; trailing spaces are allowed.
/// A key is 1 to 128 bytes without control characters, space, = and quote. A bare value has no space and no quote.
/// What does not fit is not an error: the line is flagged and kept verbatim by its keeper.
/// </summary>
internal static class LineParser
{
    /// <summary>Longer lines (1 MiB) are kept verbatim.</summary>
    public const int MaxLineBytes = 1 << 20;
    public const int MaxKeyBytes = 128;
    /// <summary>A line with more pairs is kept verbatim: it is no trace, and columns must stay bounded.</summary>
    public const int MaxFields = 4096;

    private static readonly bool[] KeyBytes = MakeKeyBytes();

    /// <returns>The flags also found in <paramref name="into"/>: none when the line was parsed.</returns>
    public static LineFlags Parse(ReadOnlySpan<byte> line, ParsedLine into)
    {
        if (line.Length > MaxLineBytes) return into.Refuse(LineFlags.TooLong);
        if (!Utf8.IsValid(line)) return into.Refuse(LineFlags.NotUtf8);
        if (!EventTime.TryParse(line, out var time)) return into.Refuse(LineFlags.None);
        into.Begin(time);
        var at = EventTime.HeaderLength;
        while (at < line.Length)
        {
            if (line[at] != ' ') return into.Refuse(LineFlags.None);
            while (at < line.Length && line[at] == ' ') at++;
            if (at == line.Length) break;
            if (into.Count == MaxFields || !Pair(line, ref at, into)) return into.Refuse(LineFlags.None);
        }
        return LineFlags.None;
    }

    private static bool Pair(ReadOnlySpan<byte> line, ref int at, ParsedLine into)
    {
        var keyStart = at;
        while (at < line.Length && KeyBytes[line[at]]) at++;
        var keyLength = at - keyStart;
        if (keyLength is 0 or > MaxKeyBytes || at == line.Length || line[at] != '=') return false;
        at++;
        if (at < line.Length && line[at] == '"') return Quoted(line, ref at, keyStart, keyLength, into);
        var length = line[at..].IndexOfAny((byte)' ', (byte)'"');
        if (length < 0) length = line.Length - at;
        else if (line[at + length] == '"') return false;
        into.Add(new FieldRange(keyStart, (byte)keyLength, length, Quoted: false, Escaped: false));
        at += length;
        return true;
    }

    private static bool Quoted(ReadOnlySpan<byte> line, ref int at, int keyStart, int keyLength, ParsedLine into)
    {
        var start = ++at;
        var escaped = false;
        while (true)
        {
            var quote = line[at..].IndexOf((byte)'"');
            if (quote < 0) return false;
            at += quote + 1;
            if (at == line.Length || line[at] != '"') break;
            escaped = true;
            at++;
        }
        into.Add(new FieldRange(keyStart, (byte)keyLength, at - 1 - start, Quoted: true, escaped));
        return true;
    }

    private static bool[] MakeKeyBytes()
    {
        var allowed = new bool[256];
        for (var i = 0x21; i < 256; i++) allowed[i] = i is not ('=' or '"' or 0x7F);
        return allowed;
    }
}
