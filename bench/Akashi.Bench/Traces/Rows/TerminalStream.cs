using System.Globalization;
using Akashi.Agent.Protocol;
using Akashi.Traces.Lines;

namespace Akashi.Bench.Traces.Rows;

/// <summary>
/// One terminal: plays its window of a machine's lines, from the beginning again at the end. Gaps below a second stay about what they were, longer
/// ones are stretched so that the whole fills its days.
/// </summary>
internal sealed class TerminalStream
{
    private const long LongGap = 1000; // milliseconds
    private const long LongestGap = 600_000;
    private const short Zone = 9 * 60;
    private const int NumberRoom = 12;

    private readonly TraceCorpus _corpus;
    private readonly Range _stream;
    private readonly ulong _key;
    private readonly int _total;
    private readonly long _threshold;
    private readonly double _stretch;
    private readonly TokenShifts _own;
    private TokenShifts _passing;
    private Point _at;

    /// <param name="Line">Of the corpus, to be played next.</param>
    /// <param name="Number">Of the line before.</param>
    private readonly record struct Point(int Line, int Pass, long Time, int Number);

    public TerminalStream(TraceCorpus corpus, Range stream, int first, int lines, ulong key, long start, long span)
    {
        (_corpus, _stream, _key, _total) = (corpus, stream, key, lines);
        _own = new TokenShifts(KeyStream.Mix(key));
        _passing = new TokenShifts(KeyStream.Mix(key ^ 1));
        (_threshold, _stretch) = Measure(first, span);
        _at = new Point(first, 1, start, 0);
        Tmid = Tmid.Parse(ReadTmid(first));
    }

    public Tmid Tmid { get; }

    public int Left => _total - _at.Number;

    /// <summary>The time of the last of the next lines.</summary>
    public long TimeAfter(int lines)
    {
        var point = _at;
        for (var i = 0; i < lines; i++) point = Next(point);
        return point.Time;
    }

    public byte[] Write(int lines)
    {
        var size = 0;
        for (var (i, line) = (0, _at.Line); i < lines; i++, line = After(line)) size += _corpus.Line(line).Length + NumberRoom;
        var log = GC.AllocateUninitializedArray<byte>(size);
        var length = 0;
        for (var i = 0; i < lines; i++)
        {
            var (line, pass) = (_at.Line, _at.Pass);
            _at = Next(_at);
            length += Write(log.AsSpan(length), line, _at.Time, _at.Number);
            if (_at.Pass != pass) _passing = new TokenShifts(KeyStream.Mix(_key ^ (ulong)_at.Pass));
        }
        return log[..length];
    }

    private int Write(Span<byte> to, int index, long time, int number)
    {
        var line = _corpus.Line(index);
        var text = _corpus.Text(index);
        text[..line.NumberStart].CopyTo(to);
        new EventTime(time, Zone).Write(to);
        number.TryFormat(to[line.NumberStart..], out var digits, default, CultureInfo.InvariantCulture);
        text[(line.NumberStart + line.NumberLength)..].CopyTo(to[(line.NumberStart + digits)..]);
        var moved = digits - line.NumberLength;
        foreach (var token in _corpus.Tokens(index))
            (token.Kind >= TokenKind.TerminalId ? _own : _passing).Rewrite(to.Slice(token.Start > line.NumberStart ? token.Start + moved : token.Start, token.Length), token.Kind);
        return text.Length + moved;
    }

    private Point Next(Point point)
    {
        var gap = Gap(point.Line);
        var chance = new KeyStream(_key ^ (ulong)point.Number).Next() & 1023;
        // A few per cent either way: what came at once still does, and the clock ticks as it did.
        if (gap >= _threshold) gap = (long)(gap * _stretch) + (long)(chance % 512);
        else if (gap > 1) gap = Math.Max(1, gap + ((gap * ((long)chance - 512)) >> 12));
        var line = After(point.Line);
        return new Point(line, line == _stream.Start.Value ? point.Pass + 1 : point.Pass, point.Time + gap, point.Number + 1);
    }

    private int After(int line) => line + 1 == _stream.End.Value ? _stream.Start.Value : line + 1;

    private long Gap(int line) => line == _stream.Start.Value ? LongestGap : Math.Clamp(_corpus.Line(line).Time - _corpus.Line(line - 1).Time, 0, LongestGap);

    /// <summary>From which gap on to stretch, and how much. Lines of a single second have no long gaps: then all of them are.</summary>
    private (long Threshold, double Stretch) Measure(int first, long span)
    {
        foreach (var threshold in (long[])[LongGap, 1])
        {
            var (few, many) = (0L, 0L);
            for (var (i, line) = (0, first); i < _total; i++, line = After(line))
            {
                if (Gap(line) is var gap && gap < threshold) few += gap;
                else many += gap;
            }
            if (many > 0 && few < span) return (threshold, (double)(span - few) / many);
        }
        return (long.MaxValue, 0);
    }

    private string ReadTmid(int first)
    {
        var text = _corpus.Text(first).ToArray();
        foreach (var token in _corpus.Tokens(first))
        {
            if (token.Kind != TokenKind.TerminalId) continue;
            _own.Rewrite(text.AsSpan(token.Start, token.Length), token.Kind);
            return System.Text.Encoding.ASCII.GetString(text, token.Start, token.Length);
        }
        throw new InvalidDataException("A line of the corpus names no terminal.");
    }
}
