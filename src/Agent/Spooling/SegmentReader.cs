using System.Buffers.Text;

namespace Akashi.Agent.Spooling;

/// <summary>What is intact of a segment after a crash: whole lines of ours whose numbers follow each other.</summary>
/// <param name="Lines">How many.</param>
/// <param name="Length">Bytes up to the last intact line feed.</param>
/// <param name="LastLineStart">Where the last intact line begins.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct IntactLines(long Lines, int Length, int LastLineStart);

internal static class SegmentReader
{
    public static ReadOnlySpan<byte> AfterTime => " loc=ja-JP type=ITM2 sn="u8;
    public const int TimeLength = 29;

    public static IntactLines Read(ReadOnlySpan<byte> content, long firstNumber)
    {
        var (lines, length, last) = (0L, 0, 0);
        while (content[length..].IndexOf((byte)'\n') is >= 0 and var end)
        {
            if (!IsLine(content.Slice(length, end), firstNumber + lines)) break;
            last = length;
            length += end + 1;
            lines++;
        }
        return new IntactLines(lines, length, last);
    }

    /// <summary>A power cut can leave zeros or other files' bytes where lines were: only what we would have written counts.</summary>
    private static bool IsLine(ReadOnlySpan<byte> line, long number) =>
        line.Length > TimeLength + AfterTime.Length
        && TryTime(line, out _)
        && line[TimeLength..].StartsWith(AfterTime)
        && Utf8Parser.TryParse(line[(TimeLength + AfterTime.Length)..], out long found, out var digits)
        && found == number
        && line.Length > TimeLength + AfterTime.Length + digits && line[TimeLength + AfterTime.Length + digits] == (byte)' '
        && line.IndexOf((byte)0) < 0;

    /// <summary>Of a line that has been found intact.</summary>
    public static DateTimeOffset Time(ReadOnlySpan<byte> line) => TryTime(line, out var time) ? time : throw new InvalidDataException("A line that was intact has no time.");

    private static bool TryTime(ReadOnlySpan<byte> line, out DateTimeOffset time)
    {
        time = default;
        return line.Length >= TimeLength && System.Text.Ascii.IsValid(line[..TimeLength])
            && DateTimeOffset.TryParseExact(System.Text.Encoding.ASCII.GetString(line[..TimeLength]), "MM/dd/yyyy HH:mm:ss.fff zzz",
                System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out time);
    }
}
