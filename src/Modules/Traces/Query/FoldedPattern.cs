using System.Text;
using Akashi.Traces.Contracts.Predicates;

namespace Akashi.Traces.Query;

/// <summary>
/// A wildcard pattern ready to be matched against folded values. Between two <c>*</c> stands a run of literals and <c>?</c>; each run is found
/// leftmost, which is enough because a run always covers the same number of characters. No backtracking over runs.
/// </summary>
internal sealed class FoldedPattern
{
    private readonly List<Run> _runs = [];
    private readonly bool _openStart;
    private readonly bool _openEnd;

    public FoldedPattern(WildcardPattern pattern)
    {
        _openStart = pattern.Parts[0].Kind == PatternKind.Any;
        _openEnd = pattern.Parts[^1].Kind == PatternKind.Any;
        var pieces = new List<byte[]?>();
        foreach (var part in pattern.Parts)
        {
            if (part.Kind == PatternKind.Any) Close();
            else pieces.Add(part.Kind == PatternKind.One ? null : Folder.Fold(part.Text));
        }
        Close();
        LongestLiteral = _runs.SelectMany(run => run.Pieces).OfType<byte[]>().MaxBy(piece => piece.Length) ?? [];

        void Close()
        {
            if (pieces.Count > 0) _runs.Add(new Run([.. pieces]));
            pieces.Clear();
        }
    }

    /// <summary>The longest literal: a value without it cannot fit. Empty when there is none.</summary>
    public byte[] LongestLiteral { get; }

    /// <summary>All literals: a fitting value holds each of them, and begins with one that is said to be the start.</summary>
    public IEnumerable<(byte[] Text, bool IsStart)> Literals =>
        _runs.SelectMany((run, index) => run.Pieces.Select((piece, place) => (piece!, index == 0 && place == 0 && !_openStart))).Where(literal => literal.Item1 is not null);

    /// <summary>Words that surely stand in every fitting value: those inside a literal with a non-word character on both sides.</summary>
    public IEnumerable<byte[]> CertainWords()
    {
        foreach (var (index, run) in _runs.Index())
        {
            for (var p = 0; p < run.Pieces.Length; p++)
            {
                if (run.Pieces[p] is not { } literal) continue;
                var anchoredStart = index == 0 && p == 0 && !_openStart;
                var anchoredEnd = index == _runs.Count - 1 && p == run.Pieces.Length - 1 && !_openEnd;
                foreach (var word in Inner(literal, anchoredStart, anchoredEnd)) yield return word;
            }
        }
    }

    public bool Fits(ReadOnlySpan<byte> value)
    {
        if (_runs.Count == 0) return true; // only *
        var at = 0;
        var first = 0;
        var last = _runs.Count;
        if (!_openStart)
        {
            if (!_runs[0].FitsAt(value, 0, out at)) return false;
            if (_runs.Count == 1 && !_openEnd) return at == value.Length;
            first = 1;
        }
        if (!_openEnd) last--;
        for (var i = first; i < last; i++)
        {
            if (!_runs[i].Find(value, ref at)) return false;
        }
        return _openEnd || _runs[^1].FitsEnd(value, at);
    }

    private static List<byte[]> Inner(byte[] literal, bool anchoredStart, bool anchoredEnd)
    {
        var found = new List<byte[]>();
        var words = new Words(literal);
        while (words.MoveNext())
        {
            var startsSurely = words.Start > 0 || anchoredStart;
            var endsSurely = words.Start + words.Length < literal.Length || anchoredEnd;
            if (startsSurely && endsSurely) found.Add(words.Current.ToArray());
        }
        return found;
    }

    /// <summary>Literals and single characters (null) in a row.</summary>
    private sealed record Run(byte[]?[] Pieces)
    {
        private readonly int _characters = Pieces.Sum(piece => piece is null ? 1 : Encoding.UTF8.GetCharCount(piece) - Surrogates(piece));

        public bool FitsAt(ReadOnlySpan<byte> value, int at, out int end)
        {
            end = at;
            foreach (var piece in Pieces)
            {
                if (piece is null)
                {
                    if (end == value.Length) return false;
                    end = Next(value, end);
                }
                else
                {
                    if (!value[end..].StartsWith(piece)) return false;
                    end += piece.Length;
                }
            }
            return true;
        }

        public bool Find(ReadOnlySpan<byte> value, ref int at)
        {
            for (var start = at; start <= value.Length; start = Next(value, start))
            {
                if (Pieces[0] is { } literal)
                {
                    var offset = value[start..].IndexOf(literal);
                    if (offset < 0) return false;
                    start += offset;
                }
                if (FitsAt(value, start, out var end))
                {
                    at = end;
                    return true;
                }
                if (start == value.Length) return false;
            }
            return false;
        }

        public bool FitsEnd(ReadOnlySpan<byte> value, int from)
        {
            var start = value.Length;
            for (var i = 0; i < _characters; i++)
            {
                if (start <= from) return false;
                start--;
                while (start > from && (value[start] & 0xC0) == 0x80) start--;
            }
            return FitsAt(value, start, out var end) && end == value.Length;
        }

        private static int Next(ReadOnlySpan<byte> value, int at)
        {
            at++;
            while (at < value.Length && (value[at] & 0xC0) == 0x80) at++;
            return at;
        }

        private static int Surrogates(byte[] piece) => piece.Count(c => c >= 0xF0);
    }
}
