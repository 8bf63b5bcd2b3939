namespace Akashi.Traces.Query;

/// <summary>Why a query text cannot be read. The texts for people belong to whoever shows them; the id is their resource key.</summary>
/// <param name="Id">One of the constants here.</param>
/// <param name="Column">Where, counted in characters from 1.</param>
/// <param name="Offending">The text that cannot be read, shortened to 100 characters.</param>
/// <param name="Fix">What to write instead of the offending text, or null when only the writer can know.</param>
/// <param name="Limit">The bound that was exceeded, for the errors about bounds.</param>
internal sealed record QueryError(string Id, int Column, string Offending, string? Fix = null, int? Limit = null)
{
    public const string Empty = "query.empty";
    public const string TooLong = "query.too-long";
    public const string TooDeep = "query.too-deep";
    public const string TooManyTerms = "query.too-many-terms";
    public const string UnclosedQuote = "query.unclosed-quote";
    public const string UnclosedParenthesis = "query.unclosed-parenthesis";
    public const string UnexpectedParenthesis = "query.unexpected-parenthesis";
    /// <summary>A value goes straight into a parenthesis: it must be quoted, or a space is missing.</summary>
    public const string ParenthesisInValue = "query.parenthesis-in-value";
    public const string TermExpected = "query.term-expected";
    public const string FieldNameMissing = "query.field-name-missing";
    public const string FieldNameTooLong = "query.field-name-too-long";
    public const string WildcardInFieldName = "query.wildcard-in-field-name";
    public const string ValueMissing = "query.value-missing";
    public const string WildcardNeedsField = "query.wildcard-needs-field";
    public const string NoWord = "query.no-word";

    public static readonly IReadOnlyList<string> Ids =
    [
        Empty, TooLong, TooDeep, TooManyTerms, UnclosedQuote, UnclosedParenthesis, UnexpectedParenthesis, ParenthesisInValue, TermExpected,
        FieldNameMissing, FieldNameTooLong, WildcardInFieldName, ValueMissing, WildcardNeedsField, NoWord,
    ];
}
