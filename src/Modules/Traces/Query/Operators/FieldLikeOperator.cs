using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Store.Columns;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>field:*pat?ern</c></summary>
internal sealed class FieldLikeOperator : FieldOperator
{
    private readonly FoldedPattern _pattern;
    private readonly EntryScan _scan;
    private readonly byte[][] _certainWords;
    private readonly bool _anything;

    public FieldLikeOperator(FieldLike predicate) : base(predicate.Field)
    {
        _pattern = new FoldedPattern(predicate.Pattern);
        _scan = new EntryScan(_pattern.LongestLiteral, (text, _) => _pattern.Fits(text));
        _certainWords = [.. _pattern.CertainWords()];
        _anything = predicate.Pattern.Parts is [{ Kind: PatternKind.Any }];
    }

    public static void PrintValue(FieldLike predicate, StringBuilder to, bool inGroup)
    {
        foreach (var (index, part) in predicate.Pattern.Parts.Index())
        {
            if (part.Kind != PatternKind.Literal) to.Append(part.ToString());
            else if (index == 0) QueryPrinter.PrintPlain(part.Text, to, inGroup);
            else QueryPrinter.PrintLiteral(part.Text, to);
        }
    }

    public override RowSet Candidates(SegmentProbe segment)
    {
        var blocks = segment.WithField(Field);
        foreach (var word in _certainWords) blocks.IntersectWith(segment.WithWord(word));
        foreach (var (literal, isStart) in _pattern.Literals) blocks.IntersectWith(segment.WithPart(Field, literal, isStart));
        return blocks;
    }

    protected override bool Fits(ReadOnlySpan<byte> value, Folder folder) => _anything || _pattern.Fits(folder.Fold(value));

    protected override RowSet Entries(ColumnBlock column, Folder folder)
    {
        if (!_anything) return _scan.Run(column, folder);
        var all = new RowSet(column.Entries);
        all.Fill();
        return all;
    }
}
