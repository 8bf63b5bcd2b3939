using System.Collections.Frozen;
using System.Text;
using Akashi.Traces.Lines;

namespace Akashi.Bench.Traces.Rows;

/// <summary>Finds the tokens of a line: by their key, and in every other value by their form.</summary>
/// <param name="names">People's and machines' names, folded to lower case.</param>
internal sealed class TokenScanner(IReadOnlySet<string> names)
{
    private const int GuidLength = 36;
    private const int LeastHex = 8;
    private const int LeastDecimal = 3;
    private const int LongestName = 32;
    private const uint LeastOwnPort = 49_152;
    private static ReadOnlySpan<byte> SidStart => "S-1-5-21-"u8;

    private static readonly FrozenDictionary<string, TokenKind?> Keys = Kinds();
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _names = new HashSet<string>(names, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Tells of a token in free text, which may be none; the reader of the corpus knows more than the line.</summary>
    public delegate void Found(Token token, bool inText);

    public void Scan(ReadOnlySpan<byte> line, ParsedLine parsed, Found found)
    {
        foreach (ref readonly var field in parsed.Fields)
        {
            var value = line.Slice(field.ValueStart, field.ValueLength);
            if (value.IsEmpty) continue;
            if (!Keys.TryGetValue(Encoding.UTF8.GetString(ParsedLine.Key(line, field)), out var kind)) Text(line, field.ValueStart, field.End - (field.Quoted ? 1 : 0), found);
            else if (kind is TokenKind.Sid) Text(line, field.ValueStart, field.End, found);
            else if (kind is TokenKind.AddressFour) Addresses(line, field, found);
            else if (kind is { } known && value.Length <= byte.MaxValue) Whole(value, field.ValueStart, known, found);
        }
    }

    private static void Whole(ReadOnlySpan<byte> value, int start, TokenKind kind, Found found)
    {
        if (kind == TokenKind.Number && (value.Length > NumberClass.MaximumDigits || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))) return;
        if (kind == TokenKind.Hash && !IsAll(value, Hexadecimal.IsDigit)) return;
        found(new Token(start, (byte)value.Length, kind), inText: false);
    }

    /// <summary>A list of addresses, joined by commas.</summary>
    private static void Addresses(ReadOnlySpan<byte> line, in FieldRange field, Found found)
    {
        for (var at = field.ValueStart; at < field.ValueStart + field.ValueLength;)
        {
            var rest = line[at..(field.ValueStart + field.ValueLength)];
            var length = rest.IndexOf((byte)',') is var comma && comma < 0 ? rest.Length : comma;
            var address = rest[..length];
            if (IsOwnAddress(address)) found(new Token(at, (byte)length, address.Contains((byte)':') ? TokenKind.AddressSix : TokenKind.AddressFour), inText: false);
            at += length + 1;
        }
    }

    /// <summary>Not loopback, unset, multicast, or the same in every network.</summary>
    public static bool IsOwnAddress(ReadOnlySpan<byte> address)
    {
        if (address.Contains((byte)':')) return !address.Contains((byte)'.') && address.Length > 16;
        if (!System.Net.IPAddress.TryParse(Encoding.ASCII.GetString(address), out var parsed) || address.Count((byte)'.') != 3) return false;
        return parsed.GetAddressBytes() is not ([0 or 127 or >= 224, ..] or [169, 254, ..] or [168, 63, 129, 16]);
    }

    private void Text(ReadOnlySpan<byte> line, int start, int end, Found found)
    {
        var isTemp = IsTemp(line[start..end]);
        var at = start;
        while (at < end)
        {
            if (!char.IsAsciiLetterOrDigit((char)line[at])) { at++; continue; }
            at += Word(line, at, end, isTemp, found);
        }
    }

    /// <returns>How many bytes were looked at.</returns>
    private int Word(ReadOnlySpan<byte> line, int at, int end, bool isTemp, Found found)
    {
        var rest = line[at..end];
        if (rest.StartsWith(SidStart)) return Report(at + SidStart.Length, Run(rest[SidStart.Length..], c => c == '-' || char.IsAsciiDigit((char)c)), TokenKind.Sid, found, SidStart.Length);
        if (IsGuid(rest)) return Report(at, GuidLength, TokenKind.Guid, found);
        if (Run(rest, c => c == '.' || char.IsAsciiDigit((char)c)) is >= 7 and <= 15 and var dotted && rest[..dotted].Count((byte)'.') == 3)
            return IsOwnAddress(rest[..dotted]) ? Report(at, dotted, TokenKind.AddressFour, found) : dotted;
        if (rest.Length > 2 && rest[0] == '0' && rest[1] is (byte)'x' or (byte)'X') return HexNumber(rest, at, found);
        var joined = Run(rest, c => c == '-' || char.IsAsciiLetterOrDigit((char)c));
        if (IsName(rest[..joined])) return Report(at, joined, TokenKind.Name, found);
        var length = Run(rest, c => char.IsAsciiLetterOrDigit((char)c));
        var word = rest[..length];
        if (length > byte.MaxValue) return length;
        if (IsName(word)) return Report(at, length, TokenKind.Name, found);
        var digits = Run(word, c => char.IsAsciiDigit((char)c));
        if (digits == length) return IsPartOfMore(line, at, at + length) || length < LeastDecimal ? length : Report(at, length, length <= NumberClass.MaximumDigits ? TokenKind.Number : TokenKind.LongNumber, found);
        if (length >= LeastHex && word.ContainsAnyInRange((byte)'0', (byte)'9') && IsAll(word, Hexadecimal.IsDigit))
            return Report(at, length, length is 32 or 40 or 64 ? TokenKind.Hash : TokenKind.Hex, found);
        return isTemp && IsTempName(line, at, length) ? Report(at, length, TokenKind.TempName, found) : length;
    }

    private static int HexNumber(ReadOnlySpan<byte> rest, int at, Found found)
    {
        var digits = Run(rest[2..], Hexadecimal.IsDigit);
        if (2 + digits < rest.Length && char.IsAsciiLetterOrDigit((char)rest[2 + digits])) return Run(rest, c => char.IsAsciiLetterOrDigit((char)c));
        if (digits is 0 or > byte.MaxValue || (rest[2] == '0' && digits < LeastHex)) return 2 + digits;
        found(new Token(at + 2, (byte)digits, digits < LeastHex ? TokenKind.HexNumber : TokenKind.Hex), inText: true);
        return 2 + digits;
    }

    private static int Report(int start, int length, TokenKind kind, Found found, int before = 0)
    {
        if (length is > 0 and <= byte.MaxValue) found(new Token(start, (byte)length, kind), inText: true);
        return Math.Max(1, before + length);
    }

    /// <summary>A version, a date or a time.</summary>
    private static bool IsPartOfMore(ReadOnlySpan<byte> line, int start, int end)
    {
        return (start >= 2 && IsJoint(line[start - 1]) && char.IsAsciiDigit((char)line[start - 2]))
            || (end + 1 < line.Length && IsJoint(line[end]) && char.IsAsciiDigit((char)line[end + 1]));

        static bool IsJoint(byte character) => character is (byte)'.' or (byte)'-' or (byte)'/' or (byte)':';
    }

    private bool IsName(ReadOnlySpan<byte> word)
    {
        if (word.Length is < 3 or > LongestName) return false;
        Span<char> text = stackalloc char[LongestName];
        return _names.Contains(text[..Encoding.ASCII.GetChars(word, text)]);
    }

    private static bool IsGuid(ReadOnlySpan<byte> text)
    {
        if (text.Length < GuidLength || (text.Length > GuidLength && char.IsAsciiLetterOrDigit((char)text[GuidLength]))) return false;
        for (var i = 0; i < GuidLength; i++)
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !Hexadecimal.IsDigit(text[i])) return false;
        return true;
    }

    private static bool IsTemp(ReadOnlySpan<byte> value) => Find(value, @"\Temp\"u8) || Find(value, ".tmp"u8);

    private static bool Find(ReadOnlySpan<byte> value, ReadOnlySpan<byte> asciiPart)
    {
        for (var i = 0; i + asciiPart.Length <= value.Length; i++)
            if (Ascii.EqualsIgnoreCase(value.Slice(i, asciiPart.Length), asciiPart)) return true;
        return false;
    }

    /// <summary>Letters with digits among them, or a folder of eight letters as compilers make it.</summary>
    private static bool IsTempName(ReadOnlySpan<byte> line, int at, int length)
    {
        var word = line.Slice(at, length);
        if (length >= 5 && word.ContainsAnyInRange((byte)'0', (byte)'9')) return true;
        return length == 8 && at >= 6 && Ascii.EqualsIgnoreCase(line.Slice(at - 6, 6), @"\Temp\"u8) && !word.ContainsAnyExceptInRange((byte)'a', (byte)'z');
    }

    private static int Run(ReadOnlySpan<byte> text, Func<byte, bool> belongs)
    {
        var length = 0;
        while (length < text.Length && belongs(text[length])) length++;
        return length;
    }

    private static bool IsAll(ReadOnlySpan<byte> text, Func<byte, bool> belongs) => Run(text, belongs) == text.Length;

    /// <summary>Null: what stands there names nothing of one machine. Keys that are not here hold free text.</summary>
    private static FrozenDictionary<string, TokenKind?> Kinds()
    {
        var kinds = new Dictionary<string, TokenKind?>(StringComparer.Ordinal)
        {
            ["tmid"] = TokenKind.TerminalId, ["csid"] = TokenKind.Sid, ["mac"] = TokenKind.Mac,
            ["md5"] = TokenKind.Hash, ["sha1"] = TokenKind.Hash, ["sha256"] = TokenKind.Hash,
        };
        foreach (var key in (string[])["psID", "tpsID", "evtRecID", "srcPort", "dstPort", "wsPort", "port"]) kinds[key] = TokenKind.Number;
        foreach (var key in (string[])["ip", "srcIP", "dstIP", "rcIP", "wsIp"]) kinds[key] = TokenKind.AddressFour;
        foreach (var key in (string[])["loc", "type", "sn", "lv", "rf", "evt", "subEvt", "os", "domain", "profile", "channel", "evtID", "evtSrc", "sessionID", "api",
            "drvType", "hide", "new", "size", "read", "write", "send", "recv", "crTime", "acTime", "moTime", "sTime", "company", "copyright", "fileDesc", "fileVer",
            "product", "productVer", "signer", "issuer", "sig", "cmdType", "valType", "valNum", "valSize"]) kinds[key] = null;
        return kinds.ToFrozenDictionary();
    }

    /// <summary>A port that everybody knows is no name.</summary>
    public static bool IsKnownPort(ReadOnlySpan<byte> key, uint value) => key.EndsWith("ort"u8) && value < LeastOwnPort;
}
