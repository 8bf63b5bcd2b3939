using Akashi.Portal.Contracts;

namespace Akashi.Traces.Saved;

/// <summary>Texts of the pages about saved searches.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));

    /// <summary>The time range of a search in words.</summary>
    public static string RangeOf(SavedSearch search) => search.Last is { } last
        ? Of["Range_" + last]
        : $"{(search.From is { } from ? Jst.Second(from) : "")} ～ {(search.To is { } to ? Jst.Second(to) : "")}";
}
