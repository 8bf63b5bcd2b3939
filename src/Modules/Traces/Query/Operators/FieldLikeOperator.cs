using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>field:*pat?ern</c></summary>
internal sealed class FieldLikeOperator : Matcher
{
    private readonly FoldedText _field;
    private readonly FoldedPattern _pattern;
    private readonly EntryScan _scan;
    private readonly byte[][] _certainWords;

    public FieldLikeOperator(FieldLike predicate)
    {
        _field = new FoldedText(predicate.Field);
        _pattern = new FoldedPattern(predicate.Pattern);
        _scan = new EntryScan(_pattern.LongestLiteral, _pattern.Fits);
        _certainWords = [.. _pattern.CertainWords()];
    }

    public static void Print(FieldLike predicate, StringBuilder to)
    {
        QueryPrinter.PrintField(predicate.Field, to);
        foreach (var part in predicate.Pattern.Parts)
        {
            if (part.Kind == PatternKind.Literal) QueryPrinter.PrintLiteral(part.Text, to);
            else to.Append(part.ToString());
        }
    }

    public override bool Matches(ReadOnlySpan<byte> line, ParsedLine parsed, Folder folder)
    {
        foreach (ref readonly var field in parsed.Fields)
        {
            if (_field.Fits(ParsedLine.Key(line, field), folder) && _pattern.Fits(folder.Fold(parsed.Value(line, field)))) return true;
        }
        return false;
    }

    public override void Select(BlockReader block, Folder folder, RowSet rows)
    {
        foreach (var key in block.KeysNamed(_field.Bytes)) block.AddRows(key, _scan.Run(block.Column(key), folder), rows);
    }

    public override RowSet Candidates(SegmentProbe segment)
    {
        var blocks = segment.All();
        foreach (var word in _certainWords) blocks.IntersectWith(segment.WithWord(word));
        foreach (var literal in _pattern.Literals) blocks.IntersectWith(segment.WithPart(_field, literal));
        return blocks;
    }
}
