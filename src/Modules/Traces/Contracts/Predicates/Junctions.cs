namespace Akashi.Traces.Contracts.Predicates;

/// <summary>All of two or more terms. Written with a space between them.</summary>
public sealed record And(IReadOnlyList<Predicate> Terms) : Predicate
{
    public IReadOnlyList<Predicate> Terms { get; } = Junction.Checked(Terms);

    public bool Equals(And? other) => other is not null && Junction.Same(Terms, other.Terms);

    public override int GetHashCode() => Junction.Hash(Terms);
}

/// <summary>At least one of two or more terms. Written with OR between them, in parentheses.</summary>
public sealed record Or(IReadOnlyList<Predicate> Terms) : Predicate
{
    public IReadOnlyList<Predicate> Terms { get; } = Junction.Checked(Terms);

    public bool Equals(Or? other) => other is not null && Junction.Same(Terms, other.Terms);

    public override int GetHashCode() => Junction.Hash(Terms);
}

/// <summary>What And and Or share: at least two terms, compared one by one (a list itself compares by reference).</summary>
internal static class Junction
{
    public static IReadOnlyList<Predicate> Checked(IReadOnlyList<Predicate> terms) =>
        terms.Count >= 2 ? [.. terms] : throw new ArgumentException($"A junction needs two or more terms, not {terms.Count}.", nameof(terms));

    public static bool Same(IReadOnlyList<Predicate> left, IReadOnlyList<Predicate> right) => left.SequenceEqual(right);

    public static int Hash(IReadOnlyList<Predicate> terms)
    {
        var hash = new HashCode();
        foreach (var term in terms) hash.Add(term);
        return hash.ToHashCode();
    }
}
