namespace Akashi.Traces.Query;

/// <summary>Why a query text cannot be read. The texts for people belong to whoever shows them; the id is their resource key.</summary>
/// <param name="Id">One of the constants here.</param>
/// <param name="Column">Where, counted in characters from 1; a character outside of the basic plane is one.</param>
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

    /// <summary>A value that begins with / is a regular expression; this one has no / at its end.</summary>
    public const string UnclosedRegex = "query.unclosed-regex";
    /// <summary>Behind the closing / stands something else than i.</summary>
    public const string RegexFlags = "query.regex-flags";
    public const string RegexInvalid = "query.regex-invalid";
    /// <summary>Valid elsewhere, but not without backtracking.</summary>
    public const string RegexUnsupported = "query.regex-unsupported";
    public const string RegexTooLong = "query.regex-too-long";
    /// <summary>Written out, without counts of repetition, it is too large.</summary>
    public const string RegexTooLarge = "query.regex-too-large";
    public const string NumberExpected = "query.number-expected";
    public const string RangeInvalid = "query.range-invalid";
    public const string RangeBackwards = "query.range-backwards";
    public const string NetworkInvalid = "query.network-invalid";
    public const string WildcardInExact = "query.wildcard-in-exact";
    public const string TooManyValues = "query.too-many-values";

    public static readonly IReadOnlyList<string> Ids =
    [
        Empty, TooLong, TooDeep, TooManyTerms, UnclosedQuote, UnclosedParenthesis, UnexpectedParenthesis, ParenthesisInValue, TermExpected,
        FieldNameMissing, FieldNameTooLong, WildcardInFieldName, ValueMissing, WildcardNeedsField, NoWord,
        UnclosedRegex, RegexFlags, RegexInvalid, RegexUnsupported, RegexTooLong, RegexTooLarge, NumberExpected, RangeInvalid, RangeBackwards,
        NetworkInvalid, WildcardInExact, TooManyValues,
    ];
}
