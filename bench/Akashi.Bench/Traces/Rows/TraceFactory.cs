namespace Akashi.Bench.Traces.Rows;

/// <summary>Makes the rows of a fleet out of the corpus: the same from the same seed and day, in batches as terminals send them.</summary>
internal sealed class TraceFactory(TraceCorpus corpus, int events, int terminals, DateTimeOffset firstDay, ulong seed)
{
    public const int Days = 30;
    private const int LeastBatch = 2_000;
    private const int MostBatch = 20_000;
    private const long Day = 86_400_000;
    private static readonly TimeSpan SendDelay = TimeSpan.FromSeconds(20);

    public IEnumerable<TraceBatch> Batches()
    {
        var streams = Terminals();
        var waiting = new PriorityQueue<(int Terminal, int Lines), long>();
        for (var i = 0; i < streams.Length; i++) Plan(i);
        while (waiting.TryDequeue(out var next, out var sent))
        {
            var stream = streams[next.Terminal];
            yield return new TraceBatch(next.Terminal, stream.Tmid, DateTimeOffset.FromUnixTimeMilliseconds(sent) + SendDelay, stream.Write(next.Lines), next.Lines);
            Plan(next.Terminal);
        }

        void Plan(int terminal)
        {
            var stream = streams[terminal];
            if (stream.Left == 0) return;
            // An hour's lines, but about as many as recorded batches have.
            var lines = Math.Min(stream.Left, Math.Clamp(events / terminals / (Days * 24), LeastBatch, MostBatch));
            waiting.Enqueue((terminal, lines), stream.TimeAfter(lines));
        }
    }

    /// <summary>In proportion to how much a machine recorded; some terminals are three times as busy as others.</summary>
    private TerminalStream[] Terminals()
    {
        var keys = new KeyStream(seed);
        var weights = Enumerable.Range(0, terminals).Select(_ => 500.0 + keys.Below(1000)).ToArray();
        var all = corpus.Streams.Sum(Length);
        var (before, sum) = (0.0, weights.Sum());
        var made = new TerminalStream[terminals];
        for (var i = 0; i < terminals; i++)
        {
            var lines = (int)Math.Round((before + weights[i]) / sum * events) - (int)Math.Round(before / sum * events);
            before += weights[i];
            var place = (int)(((long)i * all / terminals) + keys.Below(Math.Max(1, all / terminals)));
            var stream = 0;
            while (place >= Length(corpus.Streams[stream])) place -= Length(corpus.Streams[stream++]);
            var start = firstDay.ToUnixTimeMilliseconds() + keys.Below((int)Day / 2);
            made[i] = new TerminalStream(corpus, corpus.Streams[stream], corpus.Streams[stream].Start.Value + place, lines, keys.Next(), start, (Days - 1) * Day);
        }
        return made;
    }

    private static int Length(Range stream) => stream.End.Value - stream.Start.Value;
}
