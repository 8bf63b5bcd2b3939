using Akashi.Platform.Calendar;
using Akashi.Traces.Index;
using Akashi.Traces.Lines;

namespace Akashi.Traces.ClickHouse;

/// <summary>What a load will hold, known before its first row is written.</summary>
internal static class LoadPlan
{
    /// <returns>In order of their days.</returns>
    public static IReadOnlyList<LoadedDay> DaysOf(IReadOnlyList<(PendingBatch Batch, ReadOnlyMemory<byte> Log)> logs, JstDay? only)
    {
        var days = new SortedDictionary<JstDay, LoadedDay>();
        var parsed = new ParsedLine();
        foreach (var (batch, log) in logs)
        {
            var received = (DateTimeOffset)batch.CollectedAt;
            var lines = new LineSplitter(log.Span);
            while (lines.MoveNext())
            {
                var (day, time) = Place(lines.Line, received, parsed);
                if (only is { } wanted && day != wanted) continue;
                days[day] = days.TryGetValue(day, out var known)
                    ? known with { Rows = known.Rows + 1, MinTime = Math.Min(known.MinTime, time), MaxTime = Math.Max(known.MaxTime, time) }
                    : new LoadedDay(day, 1, time, time);
            }
        }
        return [.. days.Values];
    }

    private static (JstDay Day, long Time) Place(ReadOnlySpan<byte> line, DateTimeOffset received, ParsedLine parsed) => LineParser.Parse(line, parsed) == LineFlags.None
        ? (FilingDay.Of(parsed.Time, received).Day, parsed.Time.UnixMilliseconds)
        : (JstDay.Of(received), received.ToUnixTimeMilliseconds());
}
