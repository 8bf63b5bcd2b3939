using Akashi.Portal.Contracts;

namespace Akashi.Operations.Retention;

/// <summary>Texts of the page about retention.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
