using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Akashi.Traces.Lines;

/// <summary>The 29-character header of a line, <c>MM/dd/yyyy HH:mm:ss.fff ±HHMM</c>: an instant and the offset it was written with.</summary>
/// <param name="UnixMilliseconds">The instant, from 0001-01-02 to 9999-12-30 UTC: a day from the ends of the calendar, so that showing it in another zone cannot overflow.</param>
/// <param name="OffsetMinutes">Offset from UTC, at most 14 hours either way.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EventTime(long UnixMilliseconds, short OffsetMinutes)
{
    public const int HeaderLength = 29;
    public static readonly long MinMilliseconds = DateTimeOffset.MinValue.AddDays(1).ToUnixTimeMilliseconds();
    public static readonly long MaxMilliseconds = DateTimeOffset.MaxValue.AddDays(-1).ToUnixTimeMilliseconds();
    private const int MaxOffsetMinutes = 14 * 60;
    private static readonly long CalendarStart = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();

    public static EventTime Of(DateTimeOffset instant) => new(instant.ToUnixTimeMilliseconds(), (short)instant.TotalOffsetMinutes);

    public DateTimeOffset ToDateTimeOffset()
    {
        var utc = DateTimeOffset.FromUnixTimeMilliseconds(UnixMilliseconds);
        return utc.ToOffset(TimeSpan.FromMinutes(OffsetMinutes));
    }

    public static bool TryParse(ReadOnlySpan<byte> header, out EventTime time)
    {
        time = default;
        if (header.Length < HeaderLength) return false;
        if (header[2] != '/' || header[5] != '/' || header[10] != ' ' || header[13] != ':' || header[16] != ':' || header[19] != '.' || header[23] != ' ') return false;
        if (header[24] is not ((byte)'+' or (byte)'-')) return false;
        if (!Digits(header, 0, 2, out var month) || !Digits(header, 3, 2, out var day) || !Digits(header, 6, 4, out var year)) return false;
        if (!Digits(header, 11, 2, out var hour) || !Digits(header, 14, 2, out var minute) || !Digits(header, 17, 2, out var second)) return false;
        if (!Digits(header, 20, 3, out var millisecond) || !Digits(header, 25, 2, out var offsetHour) || !Digits(header, 27, 2, out var offsetMinute)) return false;
        if (month is < 1 or > 12 || year < 1 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        if (hour > 23 || minute > 59 || second > 59 || offsetMinute > 59) return false;
        var offset = offsetHour * 60 + offsetMinute;
        if (offset > MaxOffsetMinutes) return false;
        if (header[24] == '-') offset = -offset;
        var days = new DateOnly(year, month, day).DayNumber;
        var local = ((days * 24L + hour) * 60 + minute) * 60_000 + second * 1000L + millisecond + CalendarStart;
        var utc = local - offset * 60_000L;
        if (utc < MinMilliseconds || utc > MaxMilliseconds) return false;
        time = new EventTime(utc, (short)offset);
        return true;
    }

    /// <summary>Whether <see cref="Write"/> gives a parsable header back. The one that it does not is of offset <c>-0000</c>, written <c>+0000</c>.</summary>
    public static bool ComesBack(ReadOnlySpan<byte> header) => header[24] == '+' || header[25..HeaderLength].ContainsAnyExcept((byte)'0');

    /// <summary>Writes the header.</summary>
    public void Write(Span<byte> header)
    {
        var local = UnixMilliseconds + OffsetMinutes * 60_000L - CalendarStart;
        var (days, rest) = Math.DivRem(local, 86_400_000L);
        var date = DateOnly.FromDayNumber((int)days);
        var milliseconds = (int)rest;
        Two(header, 0, date.Month);
        header[2] = (byte)'/';
        Two(header, 3, date.Day);
        header[5] = (byte)'/';
        Two(header, 6, date.Year / 100);
        Two(header, 8, date.Year % 100);
        header[10] = (byte)' ';
        Two(header, 11, milliseconds / 3_600_000);
        header[13] = (byte)':';
        Two(header, 14, milliseconds / 60_000 % 60);
        header[16] = (byte)':';
        Two(header, 17, milliseconds / 1000 % 60);
        header[19] = (byte)'.';
        Two(header, 20, milliseconds % 1000 / 10);
        header[22] = (byte)('0' + milliseconds % 10);
        header[23] = (byte)' ';
        header[24] = OffsetMinutes < 0 ? (byte)'-' : (byte)'+';
        var offset = Math.Abs((int)OffsetMinutes);
        Two(header, 25, offset / 60);
        Two(header, 27, offset % 60);
    }

    private static bool Digits(ReadOnlySpan<byte> text, int start, int count, out int value)
    {
        value = 0;
        for (var i = start; i < start + count; i++)
        {
            if (!char.IsAsciiDigit((char)text[i])) return false;
            value = value * 10 + (text[i] - '0');
        }
        return true;
    }

    private static void Two(Span<byte> text, int at, int value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(text[at..], (ushort)('0' + value / 10 | ('0' + value % 10) << 8));
}
