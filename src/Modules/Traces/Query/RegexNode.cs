namespace Akashi.Traces.Query;

/// <summary>A regular expression as a tree.</summary>
internal abstract record RegexNode
{
    /// <summary>Places when repetitions are written out.</summary>
    public abstract long Weight { get; }

    /// <summary>Parts that may be left out when repetitions are written out. Many of them make the automaton explode.</summary>
    public virtual long Options => 0;
}

/// <summary>One character together with the marks on it.</summary>
internal sealed record RegexLiteral(string Text) : RegexNode
{
    public override long Weight => 1;
}

/// <summary>An anchor, a dot or a set named by an escape: stands in a runnable expression as it is written.</summary>
internal sealed record RegexAtom(string Written) : RegexNode
{
    public override long Weight => 1;
}

/// <summary>A class: what stands in brackets.</summary>
/// <param name="Index">Where it begins in the pattern.</param>
internal sealed record RegexClass(bool Negated, IReadOnlyList<RegexClassItem> Items, int Index) : RegexNode
{
    public override long Weight => 1 + Items.Count / 8;
}

/// <param name="Named">A set named by an escape; else null and the range counts.</param>
internal readonly record struct RegexClassItem(string? Named, char First, char Last);

internal sealed record RegexSequence(IReadOnlyList<RegexNode> Nodes) : RegexNode
{
    public override long Weight { get; } = Nodes.Sum(node => node.Weight);

    public override long Options { get; } = Nodes.Sum(node => node.Options);
}

internal sealed record RegexChoice(IReadOnlyList<RegexNode> Nodes) : RegexNode
{
    public override long Weight { get; } = Nodes.Sum(node => node.Weight + 1);

    public override long Options { get; } = Nodes.Sum(node => node.Options);
}

/// <param name="Most">Null for no end.</param>
internal sealed record RegexRepeat(RegexNode Node, int Least, int? Most) : RegexNode
{
    public override long Weight { get; } = Math.Min(TooMuch, Node.Weight * Times(Least, Most) + 1);

    public override long Options { get; } = Math.Min(TooMuch, Node.Options * Times(Least, Most) + (Least == 0 ? 1 : 0));

    private const long TooMuch = int.MaxValue;

    private static int Times(int least, int? most) => Math.Max(1, Math.Max(least, most ?? 1));
}

/// <summary>Why a text is no regular expression of ours.</summary>
/// <param name="Id">One of the ids in <see cref="QueryError"/>.</param>
/// <param name="Index">Where in the pattern.</param>
internal readonly record struct RegexRefusal(string Id, int Index, string? Fix = null, int? Limit = null);

internal sealed class RegexRefusedException(RegexRefusal refusal) : Exception(refusal.Id)
{
    public RegexRefusal Refusal { get; } = refusal;
}
