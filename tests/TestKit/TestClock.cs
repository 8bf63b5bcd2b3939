namespace Akashi.TestKit;

/// <summary>A clock that stands still until told otherwise. Timers and elapsed time stay real, so that waiting code still ends.</summary>
public sealed class TestClock(DateTimeOffset start) : TimeProvider
{
    private long _ticks = start.UtcTicks;

    /// <summary>2026/11/21 12:00:00 JST, a Saturday.</summary>
    public TestClock() : this(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.FromHours(9)))
    {
    }

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
}
