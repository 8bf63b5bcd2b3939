using System.Text.RegularExpressions;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Tail;

/// <summary>Finds in a batch what a query fits, line by line. One tail uses it.</summary>
internal sealed class TailFilter(Predicate predicate)
{
    private readonly Matcher _matcher = Matcher.Of(predicate);
    private readonly Folder _folder = new();
    private readonly ParsedLine _parsed = new();

    /// <param name="first">Lines before it are passed over.</param>
    /// <param name="most">How many are returned.</param>
    /// <returns>The first that fit, with the numbers of their lines; and how many more there are.</returns>
    /// <exception cref="RegexMatchTimeoutException">A regular expression took too long.</exception>
    public (List<(int Line, FoundTrace Trace)> Rows, long More) Find(TailBatch batch, ReadOnlySpan<byte> log, int first, int most, CancellationToken cancellation)
    {
        var (rows, more) = (new List<(int, FoundTrace)>(), 0L);
        var (name, received) = (batch.Name, new DateTimeOffset(batch.CollectedAt));
        var source = new BatchSource(name.Tmid, name.Id, received);
        var lines = new LineSplitter(log);
        for (var number = 0; lines.MoveNext(); number++)
        {
            if (number < first) continue;
            if (number % 1024 == 0) cancellation.ThrowIfCancellationRequested();
            var flags = LineParser.Parse(lines.Line, _parsed);
            if (!_matcher.Matches(lines.Line, _parsed, _folder)) continue;
            if (rows.Count == most)
            {
                more++;
                continue;
            }
            var parsed = flags == LineFlags.None;
            var time = parsed ? _parsed.Time : EventTime.Of(received);
            if (parsed && FilingDay.Of(time, received).Skewed) flags |= LineFlags.Skewed;
            var position = TracePosition.Of(time.UnixMilliseconds, source, number);
            rows.Add((number, new FoundTrace(lines.Line.ToArray(), lines.End, time.ToDateTimeOffset(), flags, name.Tmid, name.Id, number, received, position)));
        }
        return (rows, more);
    }
}
