using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Akashi.Platform.Calendar;

/// <summary>A calendar day in Japan time (UTC+9, no daylight saving), written yyyy-MM-dd.</summary>
public readonly record struct JstDay(DateOnly Date) : IComparable<JstDay>
{
    public static readonly TimeSpan Offset = TimeSpan.FromHours(9);
    private static readonly TimeSpan CollectionStart = TimeSpan.FromHours(5);

    public DateTimeOffset Start => new(Date.ToDateTime(TimeOnly.MinValue), Offset);

    /// <summary>The calendar day that contains an instant.</summary>
    public static JstDay Of(DateTimeOffset instant) => new(DateOnly.FromDateTime(instant.ToOffset(Offset).DateTime));

    /// <summary>The collection day of a receive time: day X runs from X 05:00 to X+1 05:00 JST.</summary>
    public static JstDay CollectionDayOf(DateTimeOffset received) => Of(received - CollectionStart);

    public static bool TryParse([NotNullWhen(true)] string? text, out JstDay day)
    {
        var ok = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
        day = new JstDay(date);
        return ok;
    }

    public JstDay AddDays(int days) => new(Date.AddDays(days));

    public int CompareTo(JstDay other) => Date.CompareTo(other.Date);

    public static bool operator <(JstDay left, JstDay right) => left.CompareTo(right) < 0;

    public static bool operator >(JstDay left, JstDay right) => left.CompareTo(right) > 0;

    public static bool operator <=(JstDay left, JstDay right) => left.CompareTo(right) <= 0;

    public static bool operator >=(JstDay left, JstDay right) => left.CompareTo(right) >= 0;

    public override string ToString() => Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
