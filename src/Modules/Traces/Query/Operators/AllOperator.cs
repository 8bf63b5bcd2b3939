using Akashi.Traces.Lines;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>*</c></summary>
internal sealed class AllOperator : Matcher
{
    public override bool Matches(ReadOnlySpan<byte> line, ParsedLine parsed, Folder folder) => true;

    public override void Select(BlockReader block, Folder folder, RowSet rows) => rows.Fill();

    public override RowSet Candidates(SegmentProbe segment) => segment.All();
}
