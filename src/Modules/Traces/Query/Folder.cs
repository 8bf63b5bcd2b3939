using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Akashi.Traces.Query;

/// <summary>
/// The one definition of folding: NFKC, lower case (invariant), NFKC again; UTF-8 in, UTF-8 out. Bytes that are no UTF-8 and the
/// noncharacter U+FFFE (which the runtime refuses to normalise) count as U+FFFD. Filters in segments hold hashes of folded text,
/// so a change here needs a new segment format version. Reuses its buffers; not thread-safe.
/// <para>A text with more than <see cref="MaxMarks"/> combining marks in a row is folded in stretches that end there: sorting marks
/// takes the square of their number, and a terminal could send a million.</para>
/// </summary>
internal sealed class Folder
{
    public const int MaxMarks = 30;

    private byte[] _buffer = new byte[1024];
    private char[] _characters = [];

    /// <summary>Valid until the next call.</summary>
    public ReadOnlySpan<byte> Fold(ReadOnlySpan<byte> value)
    {
        if (_buffer.Length < value.Length) _buffer = new byte[Math.Max(value.Length, _buffer.Length * 2)];
        if (Ascii.ToLower(value, _buffer, out var written) == OperationStatus.Done) return _buffer.AsSpan(0, written);
        if (IsPlainJapanese(value)) return LowerAscii(value);
        return Keep(ByStretches(Encoding.UTF8.GetString(value), FoldStretch));
    }

    /// <summary>The value as it is written: in NFC, case and width kept. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Compose(ReadOnlySpan<byte> value) =>
        Ascii.IsValid(value) || IsPlainJapanese(value) ? value : Keep(ByStretches(Encoding.UTF8.GetString(value), text => text.Replace('\uFFFE', '\uFFFD').Normalize(NormalizationForm.FormC)));

    /// <summary>The text in UTF-16, as regular expressions read it. Valid until the next call.</summary>
    public ReadOnlySpan<char> Characters(ReadOnlySpan<byte> text)
    {
        if (_characters.Length < text.Length) _characters = new char[Math.Max(text.Length, Math.Max(256, _characters.Length * 2))];
        return _characters.AsSpan(0, Encoding.UTF8.GetChars(text, _characters));
    }

    public static byte[] Fold(string text) => new Folder().Fold(Encoding.UTF8.GetBytes(text)).ToArray();

    private ReadOnlySpan<byte> Keep(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        if (_buffer.Length < length) _buffer = new byte[Math.Max(length, _buffer.Length * 2)];
        return _buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, _buffer));
    }

    private static string ByStretches(string text, Func<string, string> normalise)
    {
        var (start, at, marks) = (0, 0, 0);
        StringBuilder? stretches = null;
        foreach (var rune in text.EnumerateRunes())
        {
            at += rune.Utf16SequenceLength;
            marks = IsMark(rune) ? marks + 1 : 0;
            if (marks <= MaxMarks) continue;
            stretches ??= new StringBuilder();
            stretches.Append(normalise(text[start..at]));
            (start, marks) = (at, 0);
        }
        return stretches is null ? normalise(text) : stretches.Append(normalise(text[start..])).ToString();
    }

    private static string FoldStretch(string text) =>
        text.Replace('\uFFFE', '\uFFFD').Normalize(NormalizationForm.FormKC).ToLowerInvariant().Normalize(NormalizationForm.FormKC);

    /// <summary>Also the half-width sound marks: they are letters, but NFKC makes combining marks of them.</summary>
    internal static bool IsMark(Rune rune) => rune.Value is 0xFF9E or 0xFF9F
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    private ReadOnlySpan<byte> LowerAscii(ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            _buffer[i] = c is >= (byte)'A' and <= (byte)'Z' ? (byte)(c | 0x20) : c;
        }
        return _buffer.AsSpan(0, value.Length);
    }

    /// <summary>
    /// ASCII, kana and the common ideographs only: they neither change under NFKC nor have case, and nothing among them
    /// composes with a neighbour (the combining sound marks U+3099 and U+309A are left out), so only ASCII needs lowering.
    /// </summary>
    internal static bool IsPlainJapanese(ReadOnlySpan<byte> value)
    {
        while (!value.IsEmpty)
        {
            var c = value[0];
            if (c < 0x80)
            {
                value = value[1..];
                continue;
            }
            if (value.Length < 3 || (value[1] & 0xC0) != 0x80 || (value[2] & 0xC0) != 0x80) return false;
            var scalar = (c & 0x0F) << 12 | (value[1] & 0x3F) << 6 | value[2] & 0x3F;
            var plain = c is >= 0xE3 and <= 0xE9 && scalar is >= 0x3001 and <= 0x3002 or >= 0x3041 and <= 0x3096 or >= 0x30A1 and <= 0x30FA or 0x30FC or >= 0x4E00 and <= 0x9FA5;
            if (!plain) return false;
            value = value[3..];
        }
        return true;
    }
}
