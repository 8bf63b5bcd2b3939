using System.Text;
using Akashi.Traces.Contracts.Predicates;

namespace Akashi.Traces.Query;

/// <summary>
/// What a value must hold for a regular expression to match in it. With the case ignored a literal stands in the folded value as it is. Else the
/// folded value may differ from the written one around anything but ASCII, and the last ASCII character before it may have gained a mark: what
/// is left stands there in lower case.
/// </summary>
internal sealed class RegexNeeds(RegexPattern pattern)
{
    /// <summary>The longest literal of every match, as it stands in the text that the expression runs over; empty when there is none.</summary>
    public byte[] Needle()
    {
        var longest = Certain(pattern.Root).MaxBy(literal => literal.Length) ?? "";
        return Encoding.UTF8.GetBytes(longest);
    }

    /// <param name="field">Null for every field.</param>
    public RowSet Candidates(SegmentProbe segment, FoldedText? field)
    {
        var blocks = field is null ? segment.All() : segment.WithField(field);
        Narrow(pattern.Root, segment, field, blocks);
        return blocks;
    }

    private void Narrow(RegexNode node, SegmentProbe segment, FoldedText? field, RowSet blocks)
    {
        foreach (var literal in Runs(node))
        {
            foreach (var part in Folded(literal)) blocks.IntersectWith(segment.WithPart(field, Encoding.UTF8.GetBytes(part)));
        }
        foreach (var inner in Mandatory(node))
        {
            if (inner is not RegexChoice choice)
            {
                Narrow(inner, segment, field, blocks);
                continue;
            }
            var either = segment.None();
            foreach (var option in choice.Nodes)
            {
                var some = segment.All();
                Narrow(option, segment, field, some);
                either.UnionWith(some);
            }
            blocks.IntersectWith(either);
        }
    }

    private IEnumerable<string> Certain(RegexNode node) => Runs(node).Concat(Mandatory(node).Where(inner => inner is not RegexChoice).SelectMany(Certain));

    /// <summary>Parts of the node, other than literals of its own, that are in every match.</summary>
    private static IEnumerable<RegexNode> Mandatory(RegexNode node) => node switch
    {
        RegexSequence sequence => sequence.Nodes.Where(inner => inner is RegexChoice or RegexRepeat { Least: > 0 }),
        RegexRepeat { Least: > 0 } repeat => [repeat.Node],
        RegexChoice => [node],
        _ => [],
    };

    /// <summary>Literals that stand side by side.</summary>
    private IEnumerable<string> Runs(RegexNode node)
    {
        var run = new StringBuilder();
        foreach (var inner in node is RegexSequence sequence ? sequence.Nodes : [node])
        {
            if (inner is RegexLiteral literal)
            {
                run.Append(RegexText.Of(literal, pattern.IgnoreCase));
                continue;
            }
            if (run.Length > 0) yield return run.ToString();
            run.Clear();
        }
        if (run.Length > 0) yield return run.ToString();
    }

    private IEnumerable<string> Folded(string literal)
    {
        if (pattern.IgnoreCase)
        {
            yield return literal;
            yield break;
        }
        for (var start = 0; start < literal.Length;)
        {
            var length = literal.AsSpan(start).IndexOfAnyExceptInRange('\0', '\x7F');
            var end = length < 0 ? literal.Length : start + length;
            if (end - start > 1) yield return literal[start..(end - 1)].ToLowerInvariant();
            start = end + 1;
        }
    }
}
