using System.Text;
using Akashi.Traces.Contracts.Predicates;

namespace Akashi.Traces.Query;

internal enum TokenKind
{
    End,
    Open,
    Close,
    Minus,
    And,
    Or,
    Not,
    /// <summary>A term: text, or field and value.</summary>
    Term,
}

/// <param name="Start">Index of the first character.</param>
/// <param name="Field">Null for text; else what stands before the first colon outside quotes.</param>
/// <param name="Parts">The text or the value; null when nothing stands after the colon.</param>
internal sealed record Token(TokenKind Kind, int Start, int End, IReadOnlyList<PatternPart>? Field = null, IReadOnlyList<PatternPart>? Parts = null);

/// <summary>Stops the parser; caught where parsing began.</summary>
internal sealed class QueryException(QueryError error) : Exception(error.Id)
{
    public QueryError Error { get; } = error;
}

/// <summary>
/// Cuts a query into tokens. A term is a run of bare characters and quoted stretches without a space between; inside quotes
/// everything is literal and a quote is doubled, outside <c>*</c> and <c>?</c> are wildcards and the first colon ends the field name.
/// </summary>
internal sealed class QueryLexer(string text)
{
    private int _at;

    public Token Next()
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
            default:
                return Term(start);
        }
    }

    private Token Term(int start)
    {
        List<PatternPart>? field = null;
        var parts = new List<PatternPart>();
        var literal = new StringBuilder();
        var quoted = false;
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not ')')
        {
            var c = text[_at];
            if (c == '(') throw ParenthesisInValue(start);
            if (c == '"')
            {
                quoted = true;
                Quoted(literal);
                continue;
            }
            _at++;
            if (c == ':' && field is null)
            {
                Close();
                (field, parts, quoted) = (parts, [], false);
            }
            else if (c is '*' or '?')
            {
                Close();
                parts.Add(c == '*' ? PatternPart.Any : PatternPart.One);
            }
            else literal.Append(c);
        }
        Close();
        var empty = parts.Count == 0 && !quoted;
        if (field is null && !quoted && Keyword(text.AsSpan(start, _at - start)) is { } keyword) return new Token(keyword, start, _at);
        return new Token(TokenKind.Term, start, _at, field, empty ? null : parts);

        void Close()
        {
            if (literal.Length > 0) parts.Add(PatternPart.Literal(literal.ToString()));
            literal.Clear();
        }
    }

    public static TokenKind? Keyword(ReadOnlySpan<char> word) => word switch
    {
        "AND" => TokenKind.And,
        "OR" => TokenKind.Or,
        "NOT" => TokenKind.Not,
        _ => null,
    };

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
