using System.Diagnostics.CodeAnalysis;
using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;

namespace Akashi.Traces.Query;

/// <summary>
/// Reads the text form of a predicate. OR binds weaker than what stands side by side (AND may be written); <c>-</c> or NOT before a term negates it.
/// Inside <c>field:( … )</c> the terms are values of that field.
/// <code>
/// or    = and { "OR" and }
/// and   = not { [ "AND" ] not }
/// not   = ( "-" | "NOT" ) not | "(" or ")" | "*" | field ":" value | field ":(" or ")" | text | regex
/// value = text | pattern | "=" text | ( "&gt;" | "&gt;=" | "&lt;" | "&lt;=" ) number | "[" number ".." number "]" | address "/" bits | regex
/// regex = "/" … "/" [ "i" ]
/// </code>
/// </summary>
internal sealed class QueryParser
{
    public const int MaxLength = 4000;
    public const int MaxDepth = 50;
    public const int MaxTerms = 500;
    public const int MaxShown = 100;

    private readonly string _text;
    private readonly QueryLexer _lexer;
    private readonly List<FieldMention> _mentions = [];
    private Token _token;
    private string? _group;
    private int _depth;
    private int _terms;
    private int _regexWeight;

    private QueryParser(string text)
    {
        (_text, _lexer) = (text, new QueryLexer(text));
        _token = _lexer.Next(inGroup: false);
    }

    /// <param name="longest">More than <see cref="MaxLength"/> for a text that the service keeps itself, as a list of indicators.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Predicate? predicate, [NotNullWhen(false)] out QueryError? error, int longest = MaxLength) =>
        TryParse(text, out predicate, out error, out _, longest);

    /// <param name="mentions">The fields that the text names, in order; empty when it cannot be read.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out Predicate? predicate, [NotNullWhen(false)] out QueryError? error, out IReadOnlyList<FieldMention> mentions, int longest = MaxLength)
    {
        (predicate, error, mentions) = (null, null, []);
        try
        {
            if (text.Length > longest) throw new QueryException(new QueryError(QueryError.TooLong, longest + 1, Shorten(text[longest..]), Limit: longest));
            var parser = new QueryParser(text);
            predicate = parser.Whole();
            mentions = parser._mentions;
            return true;
        }
        catch (QueryException e)
        {
            error = e.Error with { Column = ColumnOf(text, e.Error.Column - 1) };
            return false;
        }
    }

    internal static string Shorten(string text) => text.Length <= MaxShown ? text : text[..(char.IsHighSurrogate(text[MaxShown - 1]) ? MaxShown - 1 : MaxShown)];

    /// <summary>Counts characters as people do, so that one outside of the basic plane is one.</summary>
    internal static int ColumnOf(string text, int index)
    {
        var column = 1;
        for (var i = 0; i < index; i++)
        {
            if (i == 0 || !char.IsSurrogatePair(text[i - 1], text[i])) column++;
        }
        return column;
    }

    /// <summary>Where the character of a column begins.</summary>
    public static int IndexOf(string text, int column)
    {
        var index = 0;
        for (var passed = 1; passed < column && index < text.Length; passed++) index += index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1]) ? 2 : 1;
        return index;
    }

    private Predicate Whole()
    {
        if (_token.Kind == TokenKind.End) throw Fail(QueryError.Empty, "*");
        var predicate = Or();
        if (_token.Kind == TokenKind.Close) throw Fail(QueryError.UnexpectedParenthesis, "");
        return predicate;
    }

    private Predicate Or()
    {
        List<Predicate> terms = [];
        var set = -1; // where the plain values of a group stand
        List<string> values = [];
        while (true)
        {
            var first = _token;
            var term = And();
            if (_group is not null && term is FieldEquals or FieldIn)
            {
                _terms--; // a set counts as one term
                if (set < 0) (set, _terms) = (terms.Count, _terms + 1);
                values.AddRange(term is FieldIn more ? more.Values : [((FieldEquals)term).Value]);
                if (values.Count > FieldIn.MaxValues) throw new QueryException(new QueryError(QueryError.TooManyValues, first.Start + 1, Shorten(_text[first.Start..first.End]), Limit: FieldIn.MaxValues));
                if (terms.Count == set) terms.Add(term);
            }
            else terms.Add(term);
            if (_token.Kind != TokenKind.Or) break;
            Advance();
        }
        if (values.Count > 1) terms[set] = new FieldIn(_group!, values);
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
                var inner = Inner(token);
                _depth--;
                return inner;
            case TokenKind.Group:
                return Group(token);
            case TokenKind.Term:
                if (++_terms > MaxTerms + (_group is null ? 0 : 1)) throw Fail(QueryError.TooManyTerms, null, MaxTerms);
                Advance();
                if (_group is not null) return Condition(_group, token);
                return token.Field is null ? Text(token) : Field(token);
            default:
                throw Fail(QueryError.TermExpected, null);
        }
    }

    private Predicate Group(Token token)
    {
        _group = FieldName(token);
        Advance();
        var inner = Or();
        Close(token);
        if (_terms > MaxTerms) throw Fail(QueryError.TooManyTerms, null, MaxTerms);
        _group = null;
        Advance();
        return inner;
    }

    private Predicate Inner(Token token)
    {
        var inner = Or();
        Close(token);
        Advance();
        return inner;
    }

    private void Close(Token token)
    {
        if (_token.Kind == TokenKind.Close) return;
        throw new QueryException(new QueryError(QueryError.UnclosedParenthesis, token.End, Shorten(_text[(token.End - 1)..]), Shorten(_text[(token.End - 1)..]) + ")"));
    }

    private string FieldName(Token token)
    {
        var name = string.Concat(token.Field!.Select(part => part.ToString()));
        var start = token.Start + 1;
        if (name.Length == 0) throw new QueryException(new QueryError(QueryError.FieldNameMissing, start, Shorten(_text[token.Start..token.End])));
        if (token.Field!.Any(part => part.Kind != PatternKind.Literal)) throw new QueryException(new QueryError(QueryError.WildcardInFieldName, start, Shorten(name)));
        if (Encoding.UTF8.GetByteCount(name) > LineParser.MaxKeyBytes) throw new QueryException(new QueryError(QueryError.FieldNameTooLong, start, Shorten(name), Limit: LineParser.MaxKeyBytes));
        _mentions.Add(new FieldMention(name, token.Start));
        return name;
    }

    private Predicate Field(Token token)
    {
        var name = FieldName(token);
        if (token.Value is not null) return Condition(name, token);
        var fix = _token is { Kind: TokenKind.Term, Field: null } next ? name + ":" + _text[next.Start..next.End] : name + ":*";
        throw new QueryException(new QueryError(QueryError.ValueMissing, token.Start + 1, Shorten(_text[token.Start..token.End]), Shorten(fix)));
    }

    private Predicate Condition(string field, Token token) => ValueReader.Read(field, token.Value!, _text[token.Value!.Start..token.End], ref _regexWeight);

    private Predicate Text(Token token)
    {
        var value = token.Value!;
        if (value.Operator.StartsWith('/')) return new AnyMatches(ValueReader.Regex(value, ref _regexWeight));
        if (value.Parts is [{ Kind: PatternKind.Any }]) return new AllTraces();
        var start = token.Start + 1;
        var shown = Shorten(_text[token.Start..token.End]);
        if (value.HasWildcard) throw new QueryException(new QueryError(QueryError.WildcardNeedsField, start, shown, shown.Length < MaxShown ? "cmd:" + shown : null));
        if (Words.Of(value.Text).Length == 0) throw new QueryException(new QueryError(QueryError.NoWord, start, shown));
        return new Phrase(value.Text);
    }

    private void Deeper()
    {
        if (++_depth > MaxDepth) throw Fail(QueryError.TooDeep, null, MaxDepth);
    }

    private void Advance() => _token = _lexer.Next(_group is not null);

    private QueryException Fail(string id, string? fix, int? limit = null) =>
        new(new QueryError(id, _token.Start + 1, Shorten(_text[_token.Start.._token.End]), fix, limit));
}

/// <summary>A field that a query names, and at which index.</summary>
internal readonly record struct FieldMention(string Name, int Start);
