using System.Text;
using Akashi.Traces.Contracts.Predicates;

namespace Akashi.Traces.Query;

/// <summary>
/// Cuts a query into tokens. A term is a run of bare characters and quoted stretches without a space between; inside quotes
/// everything is literal and a quote is doubled, outside <c>*</c> and <c>?</c> are wildcards and the first colon ends the field name.
/// A value or text that begins with <c>/</c> is a regular expression up to the next <c>/</c> without <c>\</c> before it.
/// </summary>
internal sealed class QueryLexer(string text)
{
    private static readonly string[] Operators = [">=", "<=", ">", "<", "="];
    private int _at;

    /// <param name="inGroup">Inside <c>field:( … )</c>, where a colon is a character like others.</param>
    public Token Next(bool inGroup)
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
        var start = _at;
        if (_at == text.Length) return new Token(TokenKind.End, start, start);
        switch (text[_at])
        {
            case '(':
                return new Token(TokenKind.Open, start, ++_at);
            case ')':
                return new Token(TokenKind.Close, start, ++_at);
            case '-':
                return new Token(TokenKind.Minus, start, ++_at);
            case '/':
                var regex = Regex();
                return new Token(TokenKind.Term, start, _at, null, regex);
            default:
                return inGroup ? InGroup(start) : Term(start);
        }
    }

    public static TokenKind? Keyword(ReadOnlySpan<char> word) => word switch
    {
        "AND" => TokenKind.And,
        "OR" => TokenKind.Or,
        "NOT" => TokenKind.Not,
        _ => null,
    };

    private Token InGroup(int start)
    {
        var value = Value(start);
        return Keyword(text.AsSpan(start, _at - start)) is { } keyword ? new Token(keyword, start, _at) : new Token(TokenKind.Term, start, _at, null, value);
    }

    private Token Term(int start)
    {
        var run = Run(start, untilColon: true);
        if (_at == text.Length || text[_at] != ':')
        {
            return Keyword(text.AsSpan(start, _at - start)) is { } keyword ? new Token(keyword, start, _at) : new Token(TokenKind.Term, start, _at, null, run);
        }
        _at++;
        if (_at == text.Length || char.IsWhiteSpace(text[_at]) || text[_at] == ')') return new Token(TokenKind.Term, start, _at, run.Parts);
        if (text[_at] == '(') return new Token(TokenKind.Group, start, ++_at, run.Parts);
        var value = text[_at] == '/' ? Regex() : Value(start);
        return new Token(TokenKind.Term, start, _at, run.Parts, value);
    }

    private TermValue Value(int termStart)
    {
        var start = _at;
        var lead = Array.Find(Operators, lead => text.AsSpan(start).StartsWith(lead, StringComparison.Ordinal)) ?? "";
        _at += lead.Length;
        return Run(termStart, untilColon: false) with { Start = start, Operator = lead };
    }

    private TermValue Run(int termStart, bool untilColon)
    {
        var start = _at;
        var parts = new List<PatternPart>();
        var literal = new StringBuilder();
        var quoted = false;
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] != ')')
        {
            var c = text[_at];
            if (c == ':' && untilColon) break;
            if (c == '(') throw ParenthesisInValue(termStart);
            if (c == '"')
            {
                quoted = true;
                Quoted(literal);
                continue;
            }
            _at++;
            if (c is '*' or '?')
            {
                Close();
                parts.Add(c == '*' ? PatternPart.Any : PatternPart.One);
            }
            else literal.Append(c);
        }
        Close();
        return new TermValue(start, "", parts, quoted);

        void Close()
        {
            if (literal.Length > 0) parts.Add(PatternPart.Literal(literal.ToString()));
            literal.Clear();
        }
    }

    private void Quoted(StringBuilder literal)
    {
        var start = _at++;
        while (true)
        {
            var quote = text.IndexOf('"', _at);
            if (quote < 0) throw new QueryException(new QueryError(QueryError.UnclosedQuote, start + 1, QueryParser.Shorten(text[start..]), QueryParser.Shorten(text[start..]) + '"'));
            literal.Append(text, _at, quote - _at);
            _at = quote + 1;
            if (_at == text.Length || text[_at] != '"') return;
            literal.Append('"');
            _at++;
        }
    }

    private TermValue Regex()
    {
        var start = _at++;
        for (; _at < text.Length && text[_at] != '/'; _at++)
        {
            if (text[_at] == '\\') _at++;
        }
        if (_at >= text.Length) throw new QueryException(new QueryError(QueryError.UnclosedRegex, start + 1, QueryParser.Shorten(text[start..]), QuotedWord(start)));
        var pattern = text[(start + 1).._at++];
        var flags = Word(_at);
        if (flags is not ("" or "i")) throw new QueryException(new QueryError(QueryError.RegexFlags, _at + 1, QueryParser.Shorten(flags), QuotedWord(start)));
        _at += flags.Length;
        return new TermValue(start, "/" + flags, [PatternPart.Literal(pattern)], Quoted: false);
    }

    /// <summary>What begins here and has no space or closing parenthesis in it.</summary>
    private string Word(int start)
    {
        var end = start;
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] != ')') end++;
        return text[start..end];
    }

    private string? QuotedWord(int start)
    {
        var word = Word(start);
        return word.Length > QueryParser.MaxShown - 2 || word.Contains('"', StringComparison.Ordinal) ? null : $"\"{word}\"";
    }

    private QueryException ParenthesisInValue(int start)
    {
        var end = _at;
        while (end < text.Length && !char.IsWhiteSpace(text[end])) end++;
        var term = text[start..end];
        var colon = term.IndexOf(':', StringComparison.Ordinal);
        var fix = term.Contains('"', StringComparison.Ordinal) ? null : $"{term[..(colon + 1)]}\"{term[(colon + 1)..]}\"";
        return new QueryException(new QueryError(QueryError.ParenthesisInValue, _at + 1, QueryParser.Shorten(term), fix is { Length: <= 100 } ? fix : null));
    }
}
