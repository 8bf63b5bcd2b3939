using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Query.Operators;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Query;

/// <summary>
/// A predicate made ready to run. It answers for one event, for the columns of a block, and for what a segment's index tells; the three agree:
/// a row is selected exactly if its event matches, and a block that is no candidate has no such row. Thread-safe.
/// </summary>
internal abstract class Matcher
{
    public static Matcher Of(Predicate predicate) => predicate switch
    {
        AllTraces => new AllOperator(),
        And and => new AndOperator([.. and.Terms.Select(Of)]),
        Or or => OrOperator.Of(or),
        Not not => new NotOperator(Of(not.Term)),
        FieldEquals equals => new FieldEqualsOperator(equals),
        FieldExact exact => new FieldExactOperator(exact),
        FieldIn set => new FieldInOperator(set.Field, set.Values),
        FieldLike like => new FieldLikeOperator(like),
        FieldCompares compares => new FieldNumberOperator(compares),
        FieldBetween between => new FieldNumberOperator(between),
        FieldInNetwork network => new FieldInNetworkOperator(network),
        FieldMatches matches => new FieldMatchesOperator(matches),
        AnyMatches matches => new AnyMatchesOperator(matches),
        Phrase phrase => new PhraseOperator(phrase),
        _ => throw new ArgumentOutOfRangeException(nameof(predicate), predicate, "Unknown kind of predicate."),
    };

    /// <param name="parsed">The parsed line; without fields when the line cannot be parsed.</param>
    public abstract bool Matches(ReadOnlySpan<byte> line, ParsedLine parsed, Folder folder);

    /// <summary>Adds to <paramref name="rows"/> (empty at first) the rows that match. For rows kept verbatim the outcome does not count.</summary>
    public abstract void Select(BlockReader block, Folder folder, RowSet rows);

    /// <returns>The blocks of a segment in which a row may match; surely none does in the others.</returns>
    public abstract RowSet Candidates(SegmentProbe segment);
}
