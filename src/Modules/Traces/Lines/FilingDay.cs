using Akashi.Platform.Calendar;

namespace Akashi.Traces.Lines;

/// <summary>The JST day a line is filed under: that of its event, or that of its receipt when the event time is not credible.</summary>
/// <param name="Skewed">The event lies more than 90 days before or 1 day after its receipt.</param>
internal readonly record struct FilingDay(JstDay Day, bool Skewed)
{
    public static readonly TimeSpan MaxLate = TimeSpan.FromDays(90);
    public static readonly TimeSpan MaxEarly = TimeSpan.FromDays(1);
    private const long DayMilliseconds = 86_400_000;
    private static readonly long JstMilliseconds = (long)JstDay.Offset.TotalMilliseconds;
    private static readonly int EpochDay = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    public static FilingDay Of(EventTime time, DateTimeOffset received)
    {
        var receivedAt = received.ToUnixTimeMilliseconds();
        var skewed = time.UnixMilliseconds < receivedAt - (long)MaxLate.TotalMilliseconds
            || time.UnixMilliseconds > receivedAt + (long)MaxEarly.TotalMilliseconds;
        return skewed ? new FilingDay(JstDay.Of(received), true) : new FilingDay(DayOf(time.UnixMilliseconds), false);
    }

    /// <summary>Of a line that is filed already.</summary>
    public static JstDay Of(long time, LineFlags flags, DateTimeOffset received) => (flags & LineFlags.Skewed) != 0 ? JstDay.Of(received) : DayOf(time);

    private static JstDay DayOf(long unixMilliseconds)
    {
        var days = Math.DivRem(unixMilliseconds + JstMilliseconds, DayMilliseconds, out var rest);
        if (rest < 0) days--;
        return new JstDay(DateOnly.FromDayNumber((int)Math.Clamp(days + EpochDay, DateOnly.MinValue.DayNumber, DateOnly.MaxValue.DayNumber)));
    }
}
