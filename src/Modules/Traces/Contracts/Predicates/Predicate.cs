namespace Akashi.Traces.Contracts.Predicates;

/// <summary>
/// A condition on one trace: a tree of the sealed records in this folder. Equality is by structure.
/// Field names and values compare folded (NFKC, case-insensitively) unless a record says otherwise; a field that occurs more than once fits when
/// any occurrence does.
/// </summary>
public abstract record Predicate
{
    private protected Predicate()
    {
    }
}

/// <summary>Every trace, also an unparsable line. Written <c>*</c>.</summary>
public sealed record AllTraces : Predicate;

/// <summary>Not <paramref name="Term"/>; a trace without the field fits <c>-field:value</c>. Written <c>-term</c>.</summary>
public sealed record Not(Predicate Term) : Predicate;

/// <summary>
/// The words of <paramref name="Text"/> stand one after another in one value, or in an unparsable line. A word is a maximal run of letters and
/// digits; what stands between words does not count. Written <c>word</c> or <c>"several words"</c>.
/// </summary>
/// <param name="Text">Holds at least one letter or digit.</param>
public sealed record Phrase(string Text) : Predicate;

/// <summary>Some value, or an unparsable line, has a match of the regular expression in it. Written <c>/http.+\.exe/i</c>.</summary>
public sealed record AnyMatches(RegexPattern Pattern) : Predicate;
