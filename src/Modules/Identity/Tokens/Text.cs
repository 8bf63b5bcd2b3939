using Akashi.Portal.Contracts;

namespace Akashi.Identity.Tokens;

/// <summary>Texts of the pages about API tokens.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
