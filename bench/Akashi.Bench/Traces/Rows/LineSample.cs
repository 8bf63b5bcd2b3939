using System.Text;
using Akashi.Traces.Lines;

namespace Akashi.Bench.Traces.Rows;

/// <summary>A few lines of every batch, chosen by the seed, from which needles are drawn afterwards.</summary>
internal sealed class LineSample(int events, ulong seed)
{
    private const int Wanted = 20_000;
    private readonly List<(ulong Order, byte[] Line)> _lines = [];

    public void Add(TraceBatch batch)
    {
        var choice = new KeyStream(KeyStream.Mix(seed) ^ KeyStream.Mix((ulong)batch.SendTime.UtcTicks) ^ (ulong)batch.Terminal);
        var log = batch.Log.AsSpan();
        var chosen = new List<(ulong, byte[])>();
        while (log.Length > 0)
        {
            var length = log.IndexOf((byte)'\n');
            if (choice.Below(events) < Wanted) chosen.Add((choice.Next(), log[..length].ToArray()));
            log = log[(length + 1)..];
        }
        lock (_lines) _lines.AddRange(chosen);
    }

    /// <summary>The values of these keys in random order.</summary>
    public List<(string Key, string Value)> Values(IReadOnlySet<string> keys)
    {
        var (values, parsed) = (new List<(string, string)>(), new ParsedLine());
        foreach (var (_, line) in _lines.OrderBy(line => line.Order))
        {
            LineParser.Parse(line, parsed);
            foreach (ref readonly var field in parsed.Fields)
                if (Encoding.UTF8.GetString(ParsedLine.Key(line, field)) is var key && keys.Contains(key)) values.Add((key, Encoding.UTF8.GetString(parsed.Value(line, field))));
        }
        return values;
    }
}
