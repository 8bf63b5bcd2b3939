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
    /// <summary>Field, colon and the parenthesis that opens a group of its values.</summary>
    Group,
}

/// <param name="Start">Index of the first character.</param>
/// <param name="Field">What stands before the first colon outside quotes; null when there is none.</param>
/// <param name="Value">The text or the value; null when nothing stands after the colon.</param>
internal sealed record Token(TokenKind Kind, int Start, int End, IReadOnlyList<PatternPart>? Field = null, TermValue? Value = null);

/// <param name="Start">Index of the first character, the operator's.</param>
/// <param name="Operator">How it is to be taken: plainly when empty; else &gt;, &gt;=, &lt;, &lt;=, = or / (with the flags behind).</param>
/// <param name="Quoted">Some of it stood in quotes.</param>
internal sealed record TermValue(int Start, string Operator, IReadOnlyList<PatternPart> Parts, bool Quoted)
{
    public bool IsEmpty => Parts.Count == 0 && !Quoted;

    public bool HasWildcard => Parts.Any(part => part.Kind != PatternKind.Literal);

    public string Text => string.Concat(Parts.Select(part => part.ToString()));
}

/// <summary>Stops the parser; caught where parsing began.</summary>
internal sealed class QueryException(QueryError error) : Exception(error.Id)
{
    public QueryError Error { get; } = error;
}
