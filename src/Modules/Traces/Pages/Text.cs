using Akashi.Portal.Contracts;

namespace Akashi.Traces.Pages;

/// <summary>Texts of the pages about traces.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
