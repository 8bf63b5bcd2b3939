using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Store.Columns;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>field:/http.+\.exe/i</c></summary>
internal sealed class FieldMatchesOperator(FieldMatches predicate) : FieldOperator(predicate.Field)
{
    private readonly RegexNeeds _needs = new(predicate.Pattern);
    private readonly EntryScan _scan = RegexScan.Of(predicate.Pattern);

    public override RowSet Candidates(SegmentProbe segment) => _needs.Candidates(segment, Field);

    protected override bool Fits(ReadOnlySpan<byte> value, Folder folder) => _scan.Fits(value, folder);

    protected override RowSet Entries(ColumnBlock column, Folder folder) => _scan.Run(column, folder);
}
