using System.Text.RegularExpressions;
using Akashi.Traces.Query;

namespace Akashi.Traces.Contracts.Predicates;

/// <summary>
/// A regular expression that is matched without backtracking, in time linear in the value. Literals, <c>.</c>, classes, groups, <c>|</c>,
/// quantifiers, anchors and the usual escapes; no references back, no look-around. With <see cref="IgnoreCase"/> it runs over the folded value
/// and its own letters are folded, else over the value as written (NFC).
/// </summary>
public sealed class RegexPattern : IEquatable<RegexPattern>
{
    public const int MaxLength = 1_000;

    /// <summary>Bound on <see cref="Weight"/>.</summary>
    public const int MaxWeight = 1_000;

    /// <summary>Bound on the parts that may be left out (<c>a?</c>, <c>a*</c>), repetitions around them written out.</summary>
    public const int MaxOptions = 50;

    /// <summary>Belt and braces: a value of 1 MiB takes milliseconds.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    private RegexPattern(string text, bool ignoreCase, RegexNode root, Regex regex)
    {
        (Text, IgnoreCase, Root, Regex, Weight) = (text, ignoreCase, root, regex, (int)root.Weight);
    }

    /// <summary>Without delimiters; a slash stands for itself.</summary>
    public string Text { get; }

    public bool IgnoreCase { get; }

    /// <summary>How many places it has when repetitions are written out.</summary>
    public int Weight { get; }

    internal RegexNode Root { get; }

    internal Regex Regex { get; }

    /// <returns>Null when the text is no regular expression, cannot run without backtracking, or is too large.</returns>
    public static RegexPattern? TryCreate(string text, bool ignoreCase) => TryCreate(text, ignoreCase, out _);

    public bool Equals(RegexPattern? other) => other is not null && IgnoreCase == other.IgnoreCase && string.Equals(Text, other.Text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as RegexPattern);

    public override int GetHashCode() => HashCode.Combine(Text, IgnoreCase);

    public override string ToString() => RegexText.Print(this);

    /// <param name="refusal">Meaningful when null is returned.</param>
    internal static RegexPattern? TryCreate(string text, bool ignoreCase, out RegexRefusal refusal)
    {
        refusal = default;
        try
        {
            if (text.Length > MaxLength) throw new RegexRefusedException(new RegexRefusal(QueryError.RegexTooLong, 0, null, MaxLength));
            var root = new RegexReader(text).Whole();
            if (root.Weight > MaxWeight) throw new RegexRefusedException(new RegexRefusal(QueryError.RegexTooLarge, 0, null, MaxWeight));
            if (root.Options > MaxOptions) throw new RegexRefusedException(new RegexRefusal(QueryError.RegexTooLarge, 0, null, MaxOptions));
            var regex = new Regex(RegexText.Runnable(root, ignoreCase), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeLimit);
            return new RegexPattern(RegexText.WithoutEscapedSlashes(text), ignoreCase, root, regex);
        }
        catch (RegexRefusedException e)
        {
            refusal = e.Refusal;
        }
        catch (ArgumentException)
        {
            refusal = new RegexRefusal(QueryError.RegexInvalid, 0); // names of categories and the like
        }
        catch (NotSupportedException)
        {
            refusal = new RegexRefusal(QueryError.RegexUnsupported, 0);
        }
        return null;
    }
}
