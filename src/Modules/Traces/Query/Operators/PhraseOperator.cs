using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>word</c>, <c>"several words"</c></summary>
internal sealed class PhraseOperator : Matcher
{
    private readonly byte[][] _words;
    private readonly EntryScan _scan;

    public PhraseOperator(Phrase predicate)
    {
        _words = Words.Of(predicate.Text);
        if (_words.Length == 0) throw new ArgumentException($"'{predicate.Text}' has no letter or digit to search for.", nameof(predicate));
        _scan = new EntryScan(_words.MaxBy(word => word.Length)!, (text, _) => Words.Contain(text, _words));
    }

    public static void Print(Phrase predicate, StringBuilder to)
    {
        if (QueryPrinter.IsKeyword(predicate.Text) || predicate.Text[0] is '-' or '/') QueryPrinter.PrintQuoted(predicate.Text, to);
        else QueryPrinter.PrintLiteral(predicate.Text, to, alsoQuote: ":");
    }

    public override bool Matches(ReadOnlySpan<byte> line, ParsedLine parsed, Folder folder)
    {
        if ((parsed.Flags & LineFlags.Unparsed) != 0) return Words.Contain(folder.Fold(UnparsedText.Of(line)), _words);
        foreach (ref readonly var field in parsed.Fields)
        {
            if (Words.Contain(folder.Fold(parsed.Value(line, field)), _words)) return true;
        }
        return false;
    }

    public override void Select(BlockReader block, Folder folder, RowSet rows)
    {
        foreach (var key in block.Keys) block.AddRows(key, _scan.Run(block.Column(key), folder), rows);
    }

    public override RowSet Candidates(SegmentProbe segment)
    {
        var blocks = segment.WithWord(_words[0]);
        for (var i = 1; i < _words.Length && !blocks.IsEmpty; i++) blocks.IntersectWith(segment.WithWord(_words[i]));
        return blocks;
    }
}
