namespace Akashi.Traces.Contracts.Predicates;

/// <summary>
/// A pattern over a whole value: literal text, <c>?</c> for one character (Unicode scalar of the folded value) and <c>*</c> for any number of them.
/// Kept in one canonical shape: no empty or adjacent literals, no two <c>*</c> in a row, at least one wildcard.
/// </summary>
public sealed class WildcardPattern : IEquatable<WildcardPattern>
{
    private WildcardPattern(IReadOnlyList<PatternPart> parts) => Parts = parts;

    public IReadOnlyList<PatternPart> Parts { get; }

    /// <summary>Brings parts into the canonical shape.</summary>
    /// <returns>Null when they hold no wildcard: the condition is an equality then.</returns>
    public static WildcardPattern? TryCreate(IEnumerable<PatternPart> parts)
    {
        var canonical = new List<PatternPart>();
        foreach (var part in parts)
        {
            var last = canonical.Count > 0 ? canonical[^1] : default(PatternPart?);
            if (part.Kind == PatternKind.Literal && part.Text.Length == 0) continue;
            if (part.Kind == PatternKind.Any && last?.Kind == PatternKind.Any) continue;
            if (part.Kind == PatternKind.Literal && last is { Kind: PatternKind.Literal } before) canonical[^1] = PatternPart.Literal(before.Text + part.Text);
            else canonical.Add(part);
        }
        return canonical.Exists(part => part.Kind != PatternKind.Literal) ? new WildcardPattern(canonical) : null;
    }

    public bool Equals(WildcardPattern? other) => other is not null && Parts.SequenceEqual(other.Parts);

    public override bool Equals(object? obj) => Equals(obj as WildcardPattern);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var part in Parts) hash.Add(part);
        return hash.ToHashCode();
    }

    public override string ToString() => string.Concat(Parts.Select(part => part.ToString()));
}

public enum PatternKind
{
    Literal,
    /// <summary>? : exactly one character.</summary>
    One,
    /// <summary>* : any number of characters.</summary>
    Any,
}

/// <param name="Text">Empty unless literal.</param>
public readonly record struct PatternPart(PatternKind Kind, string Text)
{
    public static readonly PatternPart One = new(PatternKind.One, "");
    public static readonly PatternPart Any = new(PatternKind.Any, "");

    public static PatternPart Literal(string text) => new(PatternKind.Literal, text);

    public override string ToString() => Kind switch
    {
        PatternKind.One => "?",
        PatternKind.Any => "*",
        _ => Text,
    };
}
