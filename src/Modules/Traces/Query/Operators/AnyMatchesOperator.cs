using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>/http.+\.exe/i</c></summary>
internal sealed class AnyMatchesOperator(AnyMatches predicate) : Matcher
{
    private readonly RegexNeeds _needs = new(predicate.Pattern);
    private readonly EntryScan _scan = RegexScan.Of(predicate.Pattern);

    public override bool Matches(ReadOnlySpan<byte> line, ParsedLine parsed, Folder folder)
    {
        if ((parsed.Flags & LineFlags.Unparsed) != 0) return _scan.Fits(UnparsedText.Of(line), folder);
        foreach (ref readonly var field in parsed.Fields)
        {
            if (_scan.Fits(parsed.Value(line, field), folder)) return true;
        }
        return false;
    }

    public override void Select(BlockReader block, Folder folder, RowSet rows)
    {
        foreach (var key in block.Keys) block.AddRows(key, _scan.Run(block.Column(key), folder), rows);
    }

    public override RowSet Candidates(SegmentProbe segment) => _needs.Candidates(segment, null);
}
