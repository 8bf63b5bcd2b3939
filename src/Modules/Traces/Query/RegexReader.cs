using System.Globalization;
using System.Text;

namespace Akashi.Traces.Query;

/// <summary>
/// Reads the part of the usual syntax that can run without backtracking. Everything not known here is refused, so that the tree says all that
/// the expression does: its size is bounded and its literals are certain.
/// </summary>
internal sealed class RegexReader(string text)
{
    private const int MaxDepth = 50;
    private const int MaxCount = 1_000;
    private int _at;
    private int _depth;

    public RegexNode Whole()
    {
        if (text.Length == 0) throw Refuse(QueryError.RegexInvalid, 0);
        var root = Choice();
        return _at == text.Length ? root : throw Refuse(QueryError.RegexInvalid, _at, "\\)");
    }

    private RegexNode Choice()
    {
        List<RegexNode> nodes = [Sequence()];
        while (_at < text.Length && text[_at] == '|')
        {
            _at++;
            nodes.Add(Sequence());
        }
        return nodes.Count == 1 ? nodes[0] : new RegexChoice(nodes);
    }

    private RegexSequence Sequence()
    {
        var nodes = new List<RegexNode>();
        while (_at < text.Length && text[_at] is not ('|' or ')'))
        {
            var node = Quantified(Atom());
            if (node is RegexSequence inner) nodes.AddRange(inner.Nodes);
            else nodes.Add(node);
        }
        return new RegexSequence(nodes);
    }

    private RegexNode Quantified(RegexNode node)
    {
        if (Quantifier() is not { } counts) return node;
        if (_at < text.Length && text[_at] == '?') _at++; // lazy: the same values fit
        var again = _at;
        if (_at < text.Length && text[_at] is '*' or '+' or '?' || Quantifier() is not null) throw Refuse(QueryError.RegexInvalid, again);
        return new RegexRepeat(node, counts.Least, counts.Most);
    }

    private (int Least, int? Most)? Quantifier()
    {
        if (_at == text.Length) return null;
        switch (text[_at])
        {
            case '*':
                _at++;
                return (0, null);
            case '+':
                _at++;
                return (1, null);
            case '?':
                _at++;
                return (0, 1);
            case '{':
                return Counts();
            default:
                return null;
        }
    }

    /// <summary>{n}, {n,} or {n,m}; any other brace is a character.</summary>
    private (int, int?)? Counts()
    {
        var (start, end) = (_at, text.IndexOf('}', _at));
        if (end < 0) return null;
        var inside = text[(start + 1)..end].Split(',');
        if (inside.Length > 2 || !IsCount(inside[0]) || inside.Length == 2 && inside[1].Length > 0 && !IsCount(inside[1])) return null;
        var least = Count(inside[0]);
        int? most = inside.Length == 1 ? least : inside[1].Length == 0 ? null : Count(inside[1]);
        if (most < least) throw Refuse(QueryError.RegexInvalid, start, $"{{{most},{least}}}");
        _at = end + 1;
        return (least, most);

        static bool IsCount(string digits) => digits.Length > 0 && !digits.AsSpan().ContainsAnyExceptInRange('0', '9');

        int Count(string digits) => digits.Length <= 4 && int.Parse(digits, CultureInfo.InvariantCulture) is var count && count <= MaxCount
            ? count
            : throw new RegexRefusedException(new RegexRefusal(QueryError.RegexTooLarge, start, null, MaxCount));
    }

    private RegexNode Atom()
    {
        var start = _at;
        var c = text[_at++];
        switch (c)
        {
            case '(':
                return Group(start);
            case '[':
                return new RegexClassReader(text).Read(ref _at);
            case '.' or '^' or '$':
                return new RegexAtom(c.ToString());
            case '\\':
                return RegexEscape.Read(text, ref _at, out var character) is { } named ? new RegexAtom(named) : Literal(start, character.ToString());
            case '*' or '+' or '?':
                throw Refuse(QueryError.RegexInvalid, start, "\\" + c);
            case '{' when --_at == start && Counts() is not null:
                throw Refuse(QueryError.RegexInvalid, start, "\\{");
            default:
                _at = start;
                return Literal(start, Rune());
        }
    }

    private RegexNode Group(int start)
    {
        if (++_depth > MaxDepth) throw new RegexRefusedException(new RegexRefusal(QueryError.RegexTooLarge, start, null, MaxDepth));
        if (_at < text.Length && text[_at] == '?') Kind(start);
        var inner = Choice();
        if (_at == text.Length) throw Refuse(QueryError.RegexInvalid, start, "\\(");
        _at++;
        _depth--;
        return inner;
    }

    /// <summary>(?: … ) and (?&lt;name&gt; … ), the name of which does not count.</summary>
    private void Kind(int start)
    {
        if (text.AsSpan(_at).StartsWith("?:"))
        {
            _at += 2;
            return;
        }
        var end = text.IndexOf('>', _at);
        if (text.AsSpan(_at).StartsWith("?<") && end > _at + 2 && text[(_at + 2)..end].All(char.IsLetterOrDigit))
        {
            _at = end + 1;
            return;
        }
        throw Refuse(QueryError.RegexUnsupported, start, text.AsSpan(_at).StartsWith("?i") ? "/…/i" : null);
    }

    private RegexLiteral Literal(int start, string first)
    {
        if (first.Length == 1 && char.IsSurrogate(first[0])) throw Refuse(QueryError.RegexUnsupported, start);
        var element = new StringBuilder(first);
        while (_at < text.Length && System.Text.Rune.TryGetRuneAt(text, _at, out var next) && Folder.IsMark(next)) element.Append(Rune());
        return new RegexLiteral(element.ToString());
    }

    private string Rune()
    {
        if (!System.Text.Rune.TryGetRuneAt(text, _at, out var rune)) throw Refuse(QueryError.RegexInvalid, _at);
        _at += rune.Utf16SequenceLength;
        return rune.ToString();
    }

    private static RegexRefusedException Refuse(string id, int index, string? fix = null) => new(new RegexRefusal(id, index, fix));
}
