using System.Diagnostics.CodeAnalysis;
using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;

namespace Akashi.Traces.Query;

/// <summary>
/// Reads the text form of a predicate. OR binds weaker than what stands side by side (AND may be written); <c>-</c> or NOT before a term negates it.
/// <code>
/// or   = and { "OR" and }
/// and  = not { [ "AND" ] not }
/// not  = ( "-" | "NOT" ) not | "(" or ")" | "*" | field ":" value | text
/// </code>
/// </summary>
internal sealed class QueryParser
{
    public const int MaxLength = 4000;
    public const int MaxDepth = 50;
    public const int MaxTerms = 500;
    private const int MaxShown = 100;

    private readonly string _text;
    private readonly QueryLexer _lexer;
    private Token _token;
    private int _depth;
    private int _terms;

    private QueryParser(string text)
    {
        (_text, _lexer) = (text, new QueryLexer(text));
        _token = _lexer.Next();
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out Predicate? predicate, [NotNullWhen(false)] out QueryError? error)
    {
        (predicate, error) = (null, null);
        try
        {
            if (text.Length > MaxLength) throw new QueryException(new QueryError(QueryError.TooLong, MaxLength + 1, Shorten(text[MaxLength..]), Limit: MaxLength));
            predicate = new QueryParser(text).Whole();
            return true;
        }
        catch (QueryException e)
        {
            error = e.Error;
            return false;
        }
    }

    internal static string Shorten(string text) => text.Length <= MaxShown ? text : text[..MaxShown];

    private Predicate Whole()
    {
        if (_token.Kind == TokenKind.End) throw Fail(QueryError.Empty, "*");
        var predicate = Or();
        if (_token.Kind == TokenKind.Close) throw Fail(QueryError.UnexpectedParenthesis, "");
        return predicate;
    }

    private Predicate Or()
    {
        List<Predicate> terms = [And()];
        while (_token.Kind == TokenKind.Or)
        {
            Advance();
            terms.Add(And());
        }
        return terms.Count == 1 ? terms[0] : new Or(terms);
    }

    private Predicate And()
    {
        List<Predicate> terms = [Not()];
        while (_token.Kind is not (TokenKind.Or or TokenKind.Close or TokenKind.End))
        {
            if (_token.Kind == TokenKind.And) Advance();
            terms.Add(Not());
        }
        return terms.Count == 1 ? terms[0] : new And(terms);
    }

    private Predicate Not()
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Minus or TokenKind.Not:
                Deeper();
                Advance();
                if (token.Kind == TokenKind.Minus && _token.Start != token.End) throw new QueryException(new QueryError(QueryError.TermExpected, token.Start + 1, "-"));
                var term = Not();
                _depth--;
                return new Not(term);
            case TokenKind.Open:
                Deeper();
                Advance();
                var inner = Or();
                if (_token.Kind != TokenKind.Close) throw new QueryException(new QueryError(QueryError.UnclosedParenthesis, token.Start + 1, Shorten(_text[token.Start..]), Shorten(_text[token.Start..]) + ")"));
                _depth--;
                Advance();
                return inner;
            case TokenKind.Term:
                if (++_terms > MaxTerms) throw Fail(QueryError.TooManyTerms, null, MaxTerms);
                Advance();
                return token.Field is null ? Text(token) : Field(token);
            default:
                throw Fail(QueryError.TermExpected, null);
        }
    }

    private Predicate Field(Token token)
    {
        var name = string.Concat(token.Field!.Select(part => part.ToString()));
        var start = token.Start + 1;
        if (name.Length == 0) throw new QueryException(new QueryError(QueryError.FieldNameMissing, start, Shorten(_text[token.Start..token.End])));
        if (token.Field!.Any(part => part.Kind != PatternKind.Literal)) throw new QueryException(new QueryError(QueryError.WildcardInFieldName, start, Shorten(name)));
        if (Encoding.UTF8.GetByteCount(name) > LineParser.MaxKeyBytes) throw new QueryException(new QueryError(QueryError.FieldNameTooLong, start, Shorten(name), Limit: LineParser.MaxKeyBytes));
        if (token.Parts is null)
        {
            var fix = _token is { Kind: TokenKind.Term, Field: null } next ? name + ":" + _text[next.Start..next.End] : name + ":*";
            throw new QueryException(new QueryError(QueryError.ValueMissing, start, Shorten(_text[token.Start..token.End]), Shorten(fix)));
        }
        if (WildcardPattern.TryCreate(token.Parts) is { } pattern) return new FieldLike(name, pattern);
        return new FieldEquals(name, string.Concat(token.Parts.Select(part => part.Text)));
    }

    private Predicate Text(Token token)
    {
        var parts = token.Parts ?? [];
        if (parts is [{ Kind: PatternKind.Any }]) return new AllTraces();
        var text = string.Concat(parts.Select(part => part.ToString()));
        var start = token.Start + 1;
        var shown = Shorten(_text[token.Start..token.End]);
        if (parts.Any(part => part.Kind != PatternKind.Literal)) throw new QueryException(new QueryError(QueryError.WildcardNeedsField, start, shown, shown.Length < MaxShown ? "cmd:" + shown : null));
        if (Words.Of(text).Length == 0) throw new QueryException(new QueryError(QueryError.NoWord, start, shown));
        return new Phrase(text);
    }

    private void Deeper()
    {
        if (++_depth > MaxDepth) throw Fail(QueryError.TooDeep, null, MaxDepth);
    }

    private void Advance() => _token = _lexer.Next();

    private QueryException Fail(string id, string? fix, int? limit = null) =>
        new(new QueryError(id, _token.Start + 1, Shorten(_text[_token.Start.._token.End]), fix, limit));
}
