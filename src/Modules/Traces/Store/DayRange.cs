using Akashi.Platform.Calendar;

namespace Akashi.Traces.Store;

/// <summary>Days one after another, the last included.</summary>
internal readonly record struct DayRange(JstDay First, JstDay Last)
{
    public static DayRange Of(JstDay day) => new(day, day);

    public bool Contains(JstDay day) => day >= First && day <= Last;

    public bool Overlaps(DayRange other) => First <= other.Last && other.First <= Last;

    public DayRange With(DayRange other) => new(First < other.First ? First : other.First, Last > other.Last ? Last : other.Last);

    public override string ToString() => First == Last ? $"{First}" : $"{First}–{Last}";
}
