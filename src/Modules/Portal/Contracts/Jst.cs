using System.Globalization;
using Akashi.Platform.Calendar;

namespace Akashi.Portal.Contracts;

/// <summary>Times and numbers as pages show them: Japan time whatever the language.</summary>
public static class Jst
{
    public static string Second(DateTimeOffset time) => Format(time, "yyyy/MM/dd HH:mm:ss");

    public static string Millisecond(DateTimeOffset time) => Format(time, "yyyy/MM/dd HH:mm:ss.fff");

    /// <summary>Value of an <c>input type="datetime-local"</c>.</summary>
    public static string Input(DateTimeOffset time) => Format(time, "yyyy-MM-dd'T'HH:mm:ss");

    /// <summary>Reads what such an input sends.</summary>
    public static bool TryParseInput(string? text, out DateTimeOffset time)
    {
        string[] shapes = ["yyyy-MM-dd'T'HH:mm:ss.FFF", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm"];
        var read = DateTime.TryParseExact(text, shapes, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local);
        time = read ? new DateTimeOffset(local, JstDay.Offset) : default;
        return read;
    }

    /// <summary>Reads what programs send: ISO 8601, in Japan time where no offset is given.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        if (TryParseInput(text, out time)) return true;
        string[] shapes = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm'Z'"];
        return DateTimeOffset.TryParseExact(text, shapes, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time); // Z is universal time
    }

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Format(DateTimeOffset time, string shape) => time.ToOffset(JstDay.Offset).ToString(shape, CultureInfo.InvariantCulture);
}
